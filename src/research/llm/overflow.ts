import { FetchFault } from '../../net/fetch-fault';

/**
 * How servers say that a prompt is longer than the context of their model: llama.cpp, OpenAI, vLLM,
 * TGI, Anthropic, Gemini, Mistral, xAI, LM Studio, OpenRouter. Most say 400, as they do of a field
 * that they do not know.
 */
const OVERFLOW =
  /context[_ ](?:length|size|window|limit|the overflow)|exceeds? the (?:maximum number of|model.s) tokens|(?:prompt|input)s? (?:is|are) too long|maximum prompt length|too many (?:input )?tokens|max_new_tokens|reduce the length|reduce your message/i;
const LIMITS = [
  /(?:context|prompt) (?:length|size|window|limit)[^\d]{0,24}(\d[\d,]{2,9})/i,
  /> (\d[\d,]{2,9}) maximum/i,
  /with (\d[\d,]{2,9}) maximum context/i,
  /maximum number of tokens allowed \((\d{3,9})\)/i,
];
const PAYLOAD_TOO_LARGE = 413;

/** Whether a server refused a prompt because it is too long. */
export function isContextOverflow(thrown: unknown): thrown is FetchFault {
  if (!(thrown instanceof FetchFault)) return false;
  return thrown.status === PAYLOAD_TOO_LARGE || OVERFLOW.test(thrown.said ?? '');
}

/**
 * The context with which the same may be asked again, shorter: what the server says that it has, in
 * tokens as they are counted here; half of what was sent when it does not say.
 */
export function shorterContext(
  { said }: FetchFault,
  { inputTokens, maxOutputTokens }: Sent,
): number {
  const words = said ?? '';
  const stated = LIMITS.map((limit) => limit.exec(words)?.[1]).find((limit) => limit !== undefined);
  const half = Math.floor((inputTokens + maxOutputTokens) / 2);
  if (stated === undefined) return half;
  const limit = plainNumber(stated);
  // The largest number is the size of the request: some vocabularies make more of a text than ours.
  const size = Math.max(...(words.match(NUMBER) ?? []).map(plainNumber));
  return Math.floor(limit / Math.max(1, size > limit ? size / inputTokens : 1));
}

export interface Sent {
  /** As they are counted here. */
  inputTokens: number;
  maxOutputTokens: number;
}

const NUMBER = /\d[\d,]*/g;

function plainNumber(digits: string): number {
  return Number(digits.replaceAll(',', ''));
}
