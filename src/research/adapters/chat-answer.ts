import { type Static, type TSchema, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { createParser } from 'eventsource-parser';
import { errorWords } from '../../net/error-words';
import { FetchFault } from '../../net/fetch-fault';
import { parseAnswer, unpromised } from './answer';

/** What a server of the OpenAI chat API answered, whole or in pieces. */
export interface ChatAnswer {
  text: string;
  /** The answer came to its limit of tokens, not to its end. */
  isCutOff: boolean;
  /** Undefined when the server does not count. */
  usage: { inputTokens: number; outputTokens: number } | undefined;
  /** Which one answered, if it says so. */
  model: string | undefined;
}

/** A server that counts more is not believed. */
const MAX_COUNTED_TOKENS = 100_000_000;

const optional = <Schema extends TSchema>(schema: Schema) =>
  Type.Optional(Type.Union([schema, Type.Null()]));
const COUNT = Type.Integer({ minimum: 0, maximum: MAX_COUNTED_TOKENS });
const USAGE = optional(Type.Object({ prompt_tokens: COUNT, completion_tokens: COUNT }));
const FINISH = optional(Type.String());

const WHOLE = Type.Object({
  model: optional(Type.String()),
  choices: Type.Array(
    Type.Object({
      message: Type.Object({ content: Type.Union([Type.String(), Type.Null()]) }),
      finish_reason: FINISH,
    }),
    { minItems: 1 },
  ),
  usage: USAGE,
});

const PIECE = Type.Object({
  model: optional(Type.String()),
  choices: optional(
    Type.Array(
      Type.Object({
        delta: optional(Type.Object({ content: optional(Type.String()) })),
        finish_reason: FINISH,
      }),
    ),
  ),
  usage: USAGE,
});
type Piece = Static<typeof PIECE>;

const DONE = '[DONE]';
const CUT_OFF = 'length';

/**
 * Reads an answer; one that was asked for in pieces and comes whole is as good. Throws Fault
 * `unavailable` for what the API does not promise, and a FetchFault for a stream that ends before
 * the answer does. `secrets` must not be repeated in what a fault says.
 */
export function readChatAnswer(
  bytes: Uint8Array,
  title: string,
  secrets: readonly string[],
): ChatAnswer {
  if (!isJson(bytes)) return readStream(bytes, title, secrets);
  const { choices, usage, model } = parseAnswer(WHOLE, bytes, title);
  return {
    text: choices[0]?.message.content ?? '',
    isCutOff: choices[0]?.finish_reason === CUT_OFF,
    usage: counted(usage),
    model: model ?? undefined,
  };
}

/** No line of a stream begins with a brace. */
function isJson(bytes: Uint8Array): boolean {
  return new TextDecoder().decode(bytes.subarray(0, 64)).trimStart().startsWith('{');
}

function readStream(bytes: Uint8Array, title: string, secrets: readonly string[]): ChatAnswer {
  const events = eventsOf(new TextDecoder().decode(bytes));
  if (events.length === 0) throw unpromised(title);
  const answer: ChatAnswer = { text: '', isCutOff: false, usage: undefined, model: undefined };
  let isEnded = false;
  for (const data of events) {
    if (data === DONE) {
      isEnded = true;
      break;
    }
    const { choices, usage, model } = pieceOf(data, title, secrets);
    const choice = choices?.[0];
    answer.text += choice?.delta?.content ?? '';
    answer.isCutOff ||= choice?.finish_reason === CUT_OFF;
    // Some count in every piece, up to there.
    answer.usage = counted(usage) ?? answer.usage;
    answer.model ??= model ?? undefined;
    isEnded ||= typeof choice?.finish_reason === 'string';
  }
  if (!isEnded) throw brokenOff(title, null);
  return answer;
}

function eventsOf(text: string): string[] {
  const events: string[] = [];
  const parser = createParser({ onEvent: ({ data }) => events.push(data) });
  // The last event counts even if no empty line ends it.
  parser.feed(`${text}\n\n`);
  return events;
}

function pieceOf(data: string, title: string, secrets: readonly string[]): Piece {
  const piece = parsed(data);
  if (typeof piece === 'object' && piece !== null && 'error' in piece && piece.error) {
    throw brokenOff(title, errorWords(new TextEncoder().encode(data), secrets));
  }
  if (Value.Check(PIECE, piece)) return piece;
  throw unpromised(title, Value.Errors(PIECE, piece).First());
}

function parsed(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}

function counted(usage: Piece['usage']): ChatAnswer['usage'] {
  if (!usage) return undefined;
  return { inputTokens: usage.prompt_tokens, outputTokens: usage.completion_tokens };
}

function brokenOff(title: string, said: string | null): FetchFault {
  return new FetchFault('connection', `${title} broke off its answer. Try again later.`, { said });
}
