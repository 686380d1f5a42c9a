/*
 * How many tokens the units of a text in ASCII come to, said step by step, and made into a table
 * once: a page is counted with one look into it for each unit, and without a branch.
 */

/** The classes of units. Of what is {@link OTHER} the table knows nothing: begin anew behind it. */
export const OTHER = 0;
const VOWEL = 1;
const CONSONANT = 2;
const CAPITAL_VOWEL = 3;
const CAPITAL_CONSONANT = 4;
/** A token each in some vocabularies. */
const DIGIT = 5;
const SPACE = 6;
const SIGN = 7;

const ASCII = 128;
/** Of every UTF-16 unit. */
export const CLASSES = new Uint8Array(0x10000);
CLASSES.set(Array.from({ length: ASCII }, (_, unit) => classOf(String.fromCharCode(unit))));

function classOf(character: string): number {
  if (/[a-z]/.test(character)) return /[aeiouy]/.test(character) ? VOWEL : CONSONANT;
  if (/[A-Z]/.test(character)) {
    return /[AEIOUY]/.test(character) ? CAPITAL_VOWEL : CAPITAL_CONSONANT;
  }
  if (/[0-9]/.test(character)) return DIGIT;
  return character === ' ' ? SPACE : SIGN;
}

/** Where a text is counted to: in a run of units of one kind. A word is small letters, the first of
 * which may be a capital; `capitals` are two and more. */
interface Place {
  run: 'none' | 'word' | 'capital' | 'capitals' | 'digits' | 'spaces' | 'signs';
  /** Of a word up to 3, of capitals by four: no more matters. */
  length: number;
  /** Of a word: whether the parts that it is counted by are odd. */
  isOdd: boolean;
  /** Of a word: its last letters that are consonants, up to {@link MAX_CONSONANTS}. */
  consonants: number;
  /** Of a word: it follows a letter or a digit at once. */
  isGrown: boolean;
}

const START: Place = { run: 'none', length: 0, isOdd: false, consonants: 0, isGrown: false };

/** More consonants than this in a row are in few known words. */
const MAX_CONSONANTS = 2;

/** The place behind one more unit, and how many tokens it adds to those before it. */
type Step = [place: Place, tokens: number];

function step(from: Place, unit: number): Step {
  if (unit === VOWEL || unit === CONSONANT) return stepToLetter(from, unit === VOWEL);
  if (unit === CAPITAL_VOWEL || unit === CAPITAL_CONSONANT) {
    return stepToCapital(from, unit === CAPITAL_VOWEL);
  }
  if (unit === DIGIT) return [{ ...START, run: 'digits' }, 1 + lateToken(from)];
  return [{ ...START, run: unit === SPACE ? 'spaces' : 'signs' }, 1];
}

/** A word is a token for two letters, and each consonant beyond the usual counts as two letters. */
function stepToLetter(from: Place, isVowel: boolean): Step {
  const isWord = from.run === 'word' || from.run === 'capital';
  if (!isWord) return [{ ...firstLetter(from, isVowel), run: 'word' }, 1 - ownSpace(from)];
  const isHard = !isVowel && from.consonants === MAX_CONSONANTS;
  const place: Place = {
    run: 'word',
    length: Math.min(from.length + 1, 3),
    isOdd: from.isOdd === isHard,
    consonants: isVowel ? 0 : Math.min(from.consonants + 1, MAX_CONSONANTS),
    isGrown: from.isGrown,
  };
  const pairs = isHard || place.isOdd ? 1 : 0;
  return [place, pairs + partToken(place) - partToken(from)];
}

/** Of words in capitals, vocabularies know short parts alone: three tokens for four letters. */
function stepToCapital(from: Place, isVowel: boolean): Step {
  if (from.run !== 'capital' && from.run !== 'capitals') {
    const place: Place = { ...firstLetter(from, isVowel), run: 'capital' };
    return [place, 1 + lateToken(from) - ownSpace(from)];
  }
  const place: Place = { ...START, run: 'capitals', length: (from.length + 1) % 4 };
  return [place, place.length === 0 ? 0 : 1];
}

function firstLetter({ run }: Place, isVowel: boolean): Place {
  const isGrown = run === 'word' || run === 'capitals' || run === 'digits';
  return { ...START, length: 1, isOdd: true, consonants: isVowel ? 0 : 1, isGrown };
}

/** Two letters that are grown together with others or with digits are a part of a key or a hash, and
 * a token each. */
function partToken({ length, isGrown }: Place): number {
  return length === 2 && isGrown ? 1 : 0;
}

/** The same, where it shows only by what comes behind them. */
function lateToken({ run, length, isGrown }: Place): number {
  return run === 'word' && length === 2 && !isGrown ? 1 : 0;
}

/** One space before a word belongs to the word. */
function ownSpace({ run }: Place): number {
  return run === 'spaces' ? 1 : 0;
}

const CLASS_BITS = 3;
const TOKEN_BITS = 2;
/** Added to the tokens of each step, so that none is negative. */
export const TOKENS_TOO_MANY = 1;

/** By a place and a class: the next place above the bits of its tokens. */
export const STEPS = tabulated();
export const FIRST_PLACE = 0;

export function placeOf(entry: number): number {
  return entry >> TOKEN_BITS;
}

export function tokensOf(entry: number): number {
  return entry & ((1 << TOKEN_BITS) - 1);
}

function tabulated(): Uint16Array {
  const places = [START];
  const numbers = new Map([[JSON.stringify(START), 0]]);
  const entries: number[] = [];
  // The list grows while it is walked, until every step leads to a place that it has.
  for (const from of places) {
    entries.push(0);
    for (let unit = VOWEL; unit <= SIGN; unit++) {
      const [to, tokens] = step(from, unit);
      const key = JSON.stringify(to);
      const number = numbers.get(key) ?? places.push(to) - 1;
      numbers.set(key, number);
      entries.push((number << (CLASS_BITS + TOKEN_BITS)) | (tokens + TOKENS_TOO_MANY));
    }
  }
  return new Uint16Array(entries);
}
