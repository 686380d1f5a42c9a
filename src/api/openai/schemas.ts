import { t } from 'elysia';
import { answersFor } from '../answers';
import { count, nullable, oneOf } from './fields';
import { ChatCompletionRequest, CompletionRequest, EmbeddingRequest } from './schemas-request';

const credits = t.Number({ description: 'Addition: what was charged.' });
const created = count({ description: 'Seconds since the epoch.' });
const finishReasons = ['stop', 'length', 'tool_calls', 'content_filter'] as const;
const index = count();

const CompletionUsage = t.Object({
  prompt_tokens: count(),
  completion_tokens: count(),
  total_tokens: count(),
  credits,
});

const ToolCallDto = t.Object({
  id: t.String(),
  type: oneOf(['function']),
  function: t.Object({
    name: t.String(),
    arguments: t.String({ description: 'JSON, as the model wrote it.' }),
  }),
});

const UrlCitation = t.Object({
  type: oneOf(['url_citation']),
  url_citation: t.Object({
    start_index: count({ description: 'Of the [n], in UTF-16 code units.' }),
    end_index: count(),
    title: t.String(),
    url: t.String(),
  }),
});

const ChatCompletion = t.Object({
  id: t.String({ description: 'chatcmpl- and the id of the job.' }),
  object: oneOf(['chat.completion']),
  created,
  model: t.String({ description: 'The one that answered.' }),
  choices: t.Array(
    t.Object({
      index,
      message: t.Object({
        role: oneOf(['assistant']),
        content: nullable<string>('string'),
        refusal: nullable<string>('string'),
        annotations: t.Optional(t.Array(UrlCitation)),
        tool_calls: t.Optional(t.Array(ToolCallDto)),
      }),
      logprobs: nullable<object>('object'),
      finish_reason: oneOf([...finishReasons]),
    }),
  ),
  usage: CompletionUsage,
});

const finishReason = nullable<string>('string', { enum: [...finishReasons, null] });

const ChatCompletionChunk = t.Object({
  id: t.String(),
  object: oneOf(['chat.completion.chunk']),
  created,
  model: t.String(),
  choices: t.Array(
    t.Object({
      index,
      delta: t.Object({
        role: t.Optional(oneOf(['assistant'])),
        content: t.Optional(t.String()),
        reasoning_content: t.Optional(
          t.String({ description: 'What is done meanwhile: no part of the answer.' }),
        ),
        annotations: t.Optional(t.Array(UrlCitation)),
        tool_calls: t.Optional(t.Array(t.Intersect([t.Object({ index }), ToolCallDto]))),
      }),
      finish_reason: finishReason,
    }),
  ),
  usage: t.Optional(t.Union([CompletionUsage, t.Null()])),
});

const TextCompletion = t.Object({
  id: t.String({ description: 'cmpl- and the id of the job.' }),
  object: oneOf(['text_completion']),
  created,
  model: t.String(),
  choices: t.Array(
    t.Object({
      index,
      text: t.String(),
      logprobs: nullable<object>('object'),
      finish_reason: finishReason,
    }),
  ),
  usage: t.Optional(t.Union([CompletionUsage, t.Null()])),
});

const EmbeddingList = t.Object({
  object: oneOf(['list']),
  model: t.String(),
  data: t.Array(
    t.Object({
      object: oneOf(['embedding']),
      index,
      embedding: t.Union([
        t.Array(t.Number()),
        t.String({ description: 'base64: 32-bit floats, the least byte first.' }),
      ]),
    }),
  ),
  usage: t.Object({ prompt_tokens: count(), total_tokens: count(), credits }),
});

const PoolModelDto = t.Object({
  id: t.String(),
  object: oneOf(['model']),
  created,
  owned_by: oneOf(['pool', 'sonde']),
  max_tokens: t.Optional(count({ description: 'Addition: the most that one answer may have.' })),
  available_hosts: t.Optional(count({ description: 'Addition: hosts that would take a job now.' })),
  features: t.Optional(
    t.Array(t.String(), { description: 'Addition: what some host of the model can do.' }),
  ),
  models: t.Optional(
    t.Array(t.String(), { description: 'Addition: of an alias, in the order they are tried.' }),
  ),
});

const PoolModelList = t.Object({ object: oneOf(['list']), data: t.Array(PoolModelDto) });

const OpenAiError = t.Object({
  error: t.Object({
    message: t.String(),
    type: t.String(),
    param: nullable<string>('string', { description: 'The field at fault.' }),
    code: t.String(),
  }),
});

/** By the names they have in the API description. */
export const openaiModels = {
  ChatCompletionRequest,
  CompletionRequest,
  EmbeddingRequest,
  CompletionUsage,
  ToolCallDto,
  UrlCitation,
  ChatCompletion,
  ChatCompletionChunk,
  TextCompletion,
  EmbeddingList,
  PoolModelDto,
  PoolModelList,
  OpenAiError,
};

const answers = answersFor<keyof typeof openaiModels>();

type ModelName = keyof typeof openaiModels;

/** A success, and the refusals that each operation may answer. */
export function answering(success: [description: string, model: ModelName]) {
  return {
    ...answers({ 200: success, 401: ['No valid API key', 'OpenAiError'] }),
    ...answers({ 403: ['The account is not active', 'OpenAiError'] }),
  };
}

/** Of an operation that costs. */
export function generating(success: [description: string, model: ModelName]) {
  return {
    ...answering(success),
    ...answers({
      400: ['The body is not as described, or no host can do that', 'OpenAiError'],
      404: ['No such model', 'OpenAiError'],
      409: ['The Idempotency-Key was used for another request, or it was canceled', 'OpenAiError'],
      413: ['Too large', 'OpenAiError'],
      429: ['Too few credits, or too many requests: see Retry-After', 'OpenAiError'],
      503: ['Nobody can answer now', 'OpenAiError'],
    }),
  };
}

export const unknownModel = answers({ 404: ['No such model', 'OpenAiError'] });

/** As `generating`, and what the same operation streams. */
export function streaming([description, model]: [string, ModelName], chunk: ModelName) {
  const content = (name: ModelName) => ({ schema: { $ref: `#/components/schemas/${name}` } });
  return {
    ...generating([description, model]),
    200: {
      description: `${description}; streamed, events with a ${chunk} each, the last one [DONE]`,
      content: { 'application/json': content(model), 'text/event-stream': content(chunk) },
    },
  };
}
