import { UnitBuffer } from '../../lib/units';
import type { Llm, LlmCall } from '../ports';

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
  let at = 0;
  let before: Kind = OTHER;
  while (at < text.length) {
    const kind = kindAt(units, at);
    let end = at + 1;
    // A capital before small letters begins their word.
    if (kind === LOWER || (kind === UPPER && kindAt(units, end) === LOWER)) {
      let consonants = isVowel(units, at) ? 0 : 1;
      let parts = 1;
      for (; kindAt(units, end) === LOWER; end += 1) {
        consonants = isVowel(units, end) ? 0 : consonants + 1;
        parts += consonants > MAX_CONSONANTS ? 2 : 1;
      }
      // So short, and grown together with digits or capitals: a part of a key or a hash.
      const isPart = isWordPart(before) || isWordPart(kindAt(units, end));
      count += end - at <= 2 && isPart ? end - at : Math.ceil(parts * LETTER_TOKENS);
    } else if (kind === OTHER) {
      const character = text.codePointAt(at) ?? 0;
      count += tokensOfCharacter(character);
      end = at + (character > 0xffff ? 2 : 1);
    } else {
      while (end < text.length && kindAt(units, end) === kind) end += 1;
      count += tokensOfRun(kind, end - at, kindAt(units, end));
    }
    before = kindAt(units, end - 1);
    at = end;
  }
  return Math.ceil(count);
}

const buffer = new UnitBuffer();

const OTHER = 0;
const LOWER = 1;
const UPPER = 2;
/** A token each in some vocabularies. */
const DIGIT = 3;
const SPACE = 4;
const SIGN = 5;
type Kind = typeof OTHER | typeof LOWER | typeof UPPER | typeof DIGIT | typeof SPACE | typeof SIGN;

const ASCII = 128;
/** Of every UTF-16 unit: beyond ASCII, all are of no kind. */
const KINDS = new Uint8Array(0x10000);
KINDS.set(Array.from({ length: ASCII }, (_, code) => kindOf(String.fromCharCode(code))));

function kindOf(character: string): Kind {
  if (/[a-z]/.test(character)) return LOWER;
  if (/[A-Z]/.test(character)) return UPPER;
  if (/[0-9]/.test(character)) return DIGIT;
  return character === ' ' ? SPACE : SIGN;
}

function kindAt(units: Uint16Array, at: number): Kind {
  return KINDS[units[at] ?? ASCII] as Kind;
}

const LETTER_TOKENS = 0.5;
/** More consonants than this in a row are in few known words: each further one counts twice. */
const MAX_CONSONANTS = 2;
const IS_VOWEL = new Uint8Array(0x10000);
for (const vowel of 'aeiouyAEIOUY') IS_VOWEL[vowel.charCodeAt(0)] = 1;

function isVowel(units: Uint16Array, at: number): boolean {
  return IS_VOWEL[units[at] ?? 0] === 1;
}

/** Of words in capitals, vocabularies know short parts alone. */
const CAPITAL_TOKENS = 0.75;

/** Of what is no word in small letters. */
function tokensOfRun(kind: Kind, length: number, after: Kind): number {
  if (kind === UPPER) return Math.ceil(length * CAPITAL_TOKENS);
  // A space before a word belongs to the word.
  return kind === SPACE && isLetter(after) ? length - 1 : length;
}

function isLetter(kind: Kind): boolean {
  return kind === LOWER || kind === UPPER;
}

function isWordPart(kind: Kind): boolean {
  return isLetter(kind) || kind === DIGIT;
}

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
