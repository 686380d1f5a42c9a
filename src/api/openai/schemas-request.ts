import { type Static, Type } from '@sinclair/typebox';
import { t } from 'elysia';
import { ignored, number, oneOf, only, open, optional, refused, strict, tokens } from './fields';

const MODEL_MAX_LENGTH = 200;
const STOPS_MAX = 4;
const TOOLS_MAX = 128;
const INPUTS_MAX = 2_048;

const ONE_ANSWER = 'ask once for each answer';
const NO_LOGPROBS = 'no host tells the likelihood of its tokens';
const NO_MODEL_SETTING = 'choose another model instead';

const model = t.String({
  minLength: 1,
  maxLength: MODEL_MAX_LENGTH,
  expects: 'the name of a model: see GET /v1/models',
  description: 'A model of the pool or an alias, as GET /v1/models lists them.',
});

const streamOptions = optional(
  t.Object(
    {
      include_usage: optional(t.Boolean(), 'true or false', {
        description: 'A last chunk without choices tells the usage.',
      }),
      include_obfuscation: ignored(),
    },
    strict,
  ),
  'an object with include_usage',
);

/** What chat and completions have in common. */
const sampling = {
  stream: optional(t.Boolean(), 'true or false'),
  stream_options: streamOptions,
  temperature: number(0, 2),
  top_p: number(0, 1),
  presence_penalty: number(-2, 2),
  frequency_penalty: number(-2, 2),
  seed: optional(Type.Integer(), 'a whole number'),
  stop: optional(
    t.Union([
      t.String({ minLength: 1 }),
      t.Array(t.String({ minLength: 1 }), { maxItems: STOPS_MAX }),
    ]),
    `a text, or a list of up to ${STOPS_MAX}`,
  ),
  n: only(1, ONE_ANSWER),
  logit_bias: optional(t.Object({}, strict), 'empty: no host takes biases'),
  user: ignored(),
};

const toolFunction = t.Object(
  {
    name: t.String({ minLength: 1, maxLength: 128 }),
    description: t.Optional(t.String()),
    parameters: t.Optional(t.Object({}, { ...open, expects: 'a JSON Schema object' })),
    strict: optional(t.Boolean(), 'true or false'),
  },
  open,
);

const Tool = t.Object(
  { type: oneOf(['function'], { expects: 'function' }), function: toolFunction },
  open,
);

const ToolChoice = t.Union([
  oneOf(['none', 'auto', 'required']),
  t.Object({ type: oneOf(['function']), function: t.Object({ name: t.String() }, open) }, open),
]);

const ResponseFormat = t.Union([
  t.Object({ type: oneOf(['text']) }, open),
  t.Object({ type: oneOf(['json_object']) }, open),
  t.Object(
    { type: oneOf(['json_schema']), json_schema: t.Object({ name: t.String() }, open) },
    open,
  ),
]);

/** What stands in it beside these is the client's own, and not told to the model. */
const Message = t.Object(
  {
    role: oneOf(['system', 'developer', 'user', 'assistant', 'tool']),
    content: t.Optional(
      t.Union([t.String(), t.Array(t.Object({ type: t.String() }, open)), t.Null()], {
        expects: 'a text, or a list of parts',
        description: 'Parts are of the type text.',
      }),
    ),
    name: optional(t.String(), 'a text'),
    tool_calls: optional(
      t.Array(t.Object({ id: t.String(), function: t.Object({ name: t.String() }, open) }, open)),
      'a list of tool calls',
    ),
    tool_call_id: optional(t.String(), 'a text'),
  },
  open,
);

export const ChatCompletionRequest = t.Object(
  {
    model,
    messages: t.Array(Message, { minItems: 1, expects: 'a list of at least one message' }),
    ...sampling,
    max_tokens: tokens('The most that the answer may have. As max_completion_tokens.'),
    max_completion_tokens: tokens(
      'The most that the answer may have, and what is set aside for it. 4096 if absent, or what the model has if that is less.',
    ),
    tools: optional(
      t.Array(Tool, { maxItems: TOOLS_MAX }),
      `a list of up to ${TOOLS_MAX} functions`,
    ),
    tool_choice: optional(ToolChoice, 'none, auto, required, or a function by its name'),
    parallel_tool_calls: only(true, 'hosts decide this themselves'),
    response_format: optional(ResponseFormat, 'of type text, json_object or json_schema'),
    logprobs: only(false, NO_LOGPROBS),
    top_logprobs: only(0, NO_LOGPROBS),
    audio: refused('answers are text'),
    modalities: optional(
      t.Array(oneOf(['text']), { maxItems: 1 }),
      '["text"]: no host answers otherwise',
    ),
    functions: refused('use tools'),
    function_call: refused('use tool_choice'),
    web_search_options: refused('ask sonde-lite, sonde-standard or sonde-pro'),
    reasoning_effort: refused(NO_MODEL_SETTING),
    verbosity: refused(NO_MODEL_SETTING),
    moderation: refused('nothing is moderated here'),
    metadata: ignored(),
    store: ignored(),
    service_tier: ignored(),
    prediction: ignored(),
    prompt_cache_key: ignored(),
    prompt_cache_options: ignored(),
    prompt_cache_retention: ignored(),
    safety_identifier: ignored(),
  },
  strict,
);

export const CompletionRequest = t.Object(
  {
    model,
    prompt: t.Union([t.String(), t.Array(t.String(), { minItems: 1, maxItems: 1 })], {
      expects: 'one text: ask once for each prompt, and not by tokens',
    }),
    ...sampling,
    max_tokens: tokens(
      'The most that the answer may have, and what is set aside for it. 4096 if absent, or what the model has if that is less.',
    ),
    best_of: only(1, ONE_ANSWER),
    echo: only(false, 'put the prompt before the answer yourself'),
    logprobs: refused(NO_LOGPROBS),
    suffix: optional(t.Literal(''), 'empty: no host fills in'),
  },
  strict,
);

export const EmbeddingRequest = t.Object(
  {
    model,
    input: t.Union(
      [
        t.String({ minLength: 1 }),
        t.Array(t.String({ minLength: 1 }), { minItems: 1, maxItems: INPUTS_MAX }),
      ],
      {
        expects: `a text, or a list of up to ${INPUTS_MAX}, none of them empty, and not of tokens`,
      },
    ),
    encoding_format: optional(oneOf(['float', 'base64']), 'float or base64'),
    dimensions: refused('the model has its own'),
    user: ignored(),
  },
  strict,
);

export type ChatBody = Static<typeof ChatCompletionRequest>;
export type CompletionBody = Static<typeof CompletionRequest>;
export type EmbeddingBody = Static<typeof EmbeddingRequest>;
