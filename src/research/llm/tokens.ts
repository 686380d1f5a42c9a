import { UnitBuffer } from '../../lib/units';
import type { Llm, LlmCall } from '../ports';
import {
  CLASSES,
  FIRST_PLACE,
  OTHER,
  placeOf,
  STEPS,
  TOKENS_TOO_MANY,
  tokensOf,
} from './token-automaton';

/** What a chat template puts around each message, and around all of them. */
const TOKENS_AROUND_MESSAGE = 16;
const TOKENS_AROUND_CALL = 64;

/**
 * No fewer tokens than a model makes of a text, whatever its vocabulary: each kind of text is
 * counted by what the worst of six known ones makes of it (GPT-4, GPT-4o, Claude, Llama 2 and 3,
 * Mistral), with room to spare; what none of the kinds is counts by its bytes, which no vocabulary
 * can pass. For English it is about twice the truth, where the bytes are four times. It is measured,
 * not proven: letters in no order of any language could come to a few more, for which a prompt
 * leaves its spare tokens.
 */
export function maxTokens(text: string): number {
  const units = buffer.read(text);
  let count = 0;
  let place = FIRST_PLACE;
  for (let at = 0; at < text.length; at += 1) {
    const unit = units[at] ?? 0;
    const unitClass = CLASSES[unit] ?? OTHER;
    if (unitClass !== OTHER) {
      const entry = STEPS[place | unitClass] ?? 0;
      count += tokensOf(entry) - TOKENS_TOO_MANY;
      place = placeOf(entry);
      continue;
    }
    const character = text.codePointAt(at) ?? 0;
    count += tokensOfCharacter(character);
    if (character > 0xffff) at += 1;
    place = FIRST_PLACE;
  }
  return Math.ceil(count);
}

const buffer = new UnitBuffer();

/** Scripts of which vocabularies know most letters, and many words. */
const KNOWN_SCRIPTS: readonly (readonly [RegExp, number])[] = [
  [/\p{Script=Cyrillic}/u, 1],
  [/\p{Script=Greek}|\p{Script=Arabic}|\p{Script=Hebrew}|\p{Script=Devanagari}/u, 1.5],
  [/\p{Script=Hiragana}|\p{Script=Katakana}/u, 2],
];
/** Beyond ASCII, each looked at once: a text has many characters, but few different ones. */
const counted = new Float32Array(0x10000);

function tokensOfCharacter(character: number): number {
  if (character > 0xffff) return bytesOf(String.fromCodePoint(character));
  const known = counted[character] ?? 0;
  if (known > 0) return known;
  const text = String.fromCodePoint(character);
  const ofScript = KNOWN_SCRIPTS.find(([script]) => script.test(text))?.[1];
  // A character that stands for several counts as they do.
  const isPlain = text.normalize('NFKC') === text;
  const tokens = isPlain && ofScript !== undefined ? ofScript : bytesOf(text);
  counted[character] = tokens;
  return tokens;
}

/** Before and after the normalisation that some vocabularies do, which can lengthen a text. */
function bytesOf(text: string): number {
  return Math.max(Buffer.byteLength(text), Buffer.byteLength(text.normalize('NFKC')));
}

/** Whether a text has at most so many tokens by its bytes alone: quick, and a yes is sure. */
export function isSurelyWithin(text: string, limit: number): boolean {
  return Buffer.byteLength(text) <= limit && text.normalize('NFKC') === text;
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
export function outputTokens(
  { contextTokens }: Pick<Llm, 'contextTokens'>,
  wanted: number,
): number {
  return Math.min(wanted, Math.floor(contextTokens * OUTPUT_SHARE));
}

/** Two letters and the space before them; every other token counts for fewer units. */
const MOST_UNITS_OF_TOKEN = 3;

/** A beginning of a text that has at most so many tokens, about the longest; it cuts no character. */
export function withinTokens(text: string, limit: number): string {
  if (maxTokens(text) <= limit) return text;
  let low = 0;
  let high = Math.min(text.length, (limit + 1) * MOST_UNITS_OF_TOKEN);
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (maxTokens(text.slice(0, middle)) <= limit) low = middle;
    else high = middle - 1;
  }
  const last = text.charCodeAt(low - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? low - 1 : low);
}
