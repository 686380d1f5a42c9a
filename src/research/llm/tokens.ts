import type { Llm, LlmCall } from '../ports';

/** What a chat template puts around each message, and around all of them. */
const TOKENS_AROUND_MESSAGE = 16;
const TOKENS_AROUND_CALL = 64;

const encoder = new TextEncoder();

/**
 * More tokens than any model makes of a text. The tokens of a byte-level vocabulary (GPT, Llama 3,
 * Qwen) cover a byte each at least; those of SentencePiece fall back to bytes, after a
 * normalisation (NFKC) that can lengthen a text. So one bound holds for every model, and needs no
 * vocabulary. English has about a quarter of it.
 */
export function maxTokens(text: string): number {
  const bytes = encoder.encode(text).length;
  return Math.max(bytes, encoder.encode(text.normalize('NFKC')).length);
}

/** The same for all that a call sends. Some servers put the schema into the prompt. */
export function maxInputTokens({ messages, schema }: LlmCall): number {
  const told = messages.reduce(
    (sum, { content }) => sum + maxTokens(content) + TOKENS_AROUND_MESSAGE,
    0,
  );
  const ofSchema = schema === undefined ? 0 : maxTokens(JSON.stringify(schema));
  return told + ofSchema + TOKENS_AROUND_CALL;
}

/** Of the context, what an answer may take. */
const OUTPUT_SHARE = 0.25;

/** How long an answer may be: as wanted, unless the context is small. Models that think before they
 * answer think out of this too. */
export function outputTokens({ contextTokens }: Llm, wanted: number): number {
  return Math.min(wanted, Math.floor(contextTokens * OUTPUT_SHARE));
}

/** The longest beginning of a text that has at most so many tokens; it cuts no character. */
export function withinTokens(text: string, limit: number): string {
  if (maxTokens(text) <= limit) return text;
  let low = 0;
  let high = Math.min(text.length, Math.max(0, limit));
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (maxTokens(text.slice(0, middle)) <= limit) low = middle;
    else high = middle - 1;
  }
  const last = text.charCodeAt(low - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? low - 1 : low);
}
