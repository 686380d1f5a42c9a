/** Where a quote stands in a text, in UTF-16 code units, `end` exclusive. */
export interface Place {
  start: number;
  end: number;
}

/** A quote is looked for on the spot in a text when no text and quote can make it take milliseconds. */
const MAX_COMPARISONS = 20_000_000;
/** Shorter quotes stand anywhere by chance. */
const MIN_FOLDED_UNITS = 12;
const MAX_QUOTE_UNITS = 2_000;
/** Of a quote that leaves words of its text out: so many in a row, and such a share of it. */
const MAX_GAP_WORDS = 3;
const MAX_GAP_SHARE = 0.2;
const MIN_GAPPED_WORDS = 6;
/** How many beginnings are tried: a page may hold the first word of a quote thousands of times. */
const MAX_BEGINNINGS = 2_000;

const ELLIPSIS = /\s*(?:\[\s?(?:…|\.{3})\s?\]|…|\.{3,})\s*/;
const INVISIBLE = /[\p{Cc}\p{Cf}\u00ad]/u;
const WORD = /[\p{L}\p{M}\p{N}]+(?:[.,]\p{N}+)*/gu;

/**
 * Finds quotes in one text: letter by letter; else without regard to case, spaces, quotation marks,
 * dashes, invisible characters and the hyphens of broken lines; else by its words in order, where
 * the text may have a few between them that the quote leaves out (the local alignment of Smith and
 * Waterman 1981, with gaps on one side alone). A word that the text does not have is never found,
 * and what is found is the text's own.
 */
export class Locator {
  #text: string;
  #folded: Folded | undefined;
  #words: TextWord[] | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  locate(quote: string): Place | null {
    const asked = wantedOf(quote);
    if (!asked) return null;
    const { wanted, key } = asked;
    return exactPlace(this.#text, wanted) ?? this.#normalised(fold(wanted).text) ?? this.#near(key);
  }

  #near(key: string): Place | null {
    return this.#normalised(key) ?? this.#gapped(key);
  }

  #normalised(key: string): Place | null {
    this.#folded ??= fold(this.#text);
    const { text, starts, ends } = this.#folded;
    const at = wholeIndexOf(text, key);
    const start = starts[at];
    const end = ends[at + key.length - 1];
    return start === undefined || end === undefined ? null : { start, end };
  }

  #gapped(key: string): Place | null {
    const wanted = wordsIn(fold(key));
    const [first] = wanted;
    if (!first || wanted.length < MIN_GAPPED_WORDS) return null;
    this.#folded ??= fold(this.#text);
    this.#words ??= wordsIn(this.#folded);
    const words = this.#words;
    let tried = 0;
    for (let at = 0; at < words.length && tried < MAX_BEGINNINGS; at += 1) {
      if (words[at]?.word !== first.word) continue;
      tried += 1;
      const last = lastWord(words, at, wanted);
      const [begins, ends] = [words[at], last === null ? undefined : words[last]];
      if (begins && ends) return { start: begins.start, end: ends.end };
    }
    return null;
  }
}

/** What of a quote is looked for, and by which letters; null when it is too short to prove anything. */
function wantedOf(quote: string): { wanted: string; key: string } | null {
  const wanted = longestPart(quote.slice(0, MAX_QUOTE_UNITS));
  // Models put quotation marks around a quote, and a full stop behind it.
  const bare = wanted.replace(/^["'“”‘’«»\s]+|["'“”‘’«»\s.,;:]+$/g, '');
  const key = fold(bare).text;
  return key.length < MIN_FOLDED_UNITS ? null : { wanted, key };
}

function exactPlace(text: string, wanted: string): Place | null {
  const start = wholeIndexOf(text, wanted);
  return start === -1 ? null : { start, end: start + wanted.length };
}

/** The place that a {@link Locator} finds first, when the quote stands there letter by letter and
 * finding it takes no time; null says nothing. */
export function locateLetterByLetter(text: string, quote: string): Place | null {
  const wanted = wantedOf(quote)?.wanted;
  if (wanted === undefined || text.length * wanted.length > MAX_COMPARISONS) return null;
  const start = text.indexOf(wanted);
  const end = start + wanted.length;
  // Inside a word it may stand many times: that is looked for elsewhere.
  return start === -1 || cutsWord(text, start, end) ? null : { start, end };
}

/** The index of the word that ends the quote which begins at `from`; null when it is not there. */
function lastWord(
  words: readonly TextWord[],
  from: number,
  wanted: readonly TextWord[],
): number | null {
  const allowed = Math.floor(wanted.length * MAX_GAP_SHARE);
  let at = from;
  let skipped = 0;
  for (const { word } of wanted.slice(1)) {
    let gap = 0;
    while (words[at + 1 + gap]?.word !== word) {
      gap += 1;
      skipped += 1;
      if (gap > MAX_GAP_WORDS || skipped > allowed) return null;
    }
    at += 1 + gap;
  }
  return at;
}

/** A quote with an ellipsis is looked for by its longest part. */
function longestPart(quote: string): string {
  const parts = quote.trim().split(ELLIPSIS);
  return parts
    .reduce((longest, part) => (part.length > longest.length ? part : longest), '')
    .trim();
}

interface Folded {
  text: string;
  /** Of each unit of `text`: where its character begins and ends in the original. */
  starts: number[];
  ends: number[];
}

function fold(text: string): Folded {
  const out: string[] = [];
  const starts: number[] = [];
  const ends: number[] = [];
  for (let at = 0; at < text.length; ) {
    const broken = text.charAt(at) === '-' ? brokenLine(text, at) : 0;
    if (broken > 0) {
      at += broken;
      continue;
    }
    const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
    const end = at + character.length;
    const piece = foldCharacter(character);
    if (piece !== ' ' || out.at(-1) !== ' ') {
      for (const unit of piece.split('')) {
        out.push(unit);
        starts.push(at);
        ends.push(end);
      }
    }
    at = end;
  }
  return { text: out.join(''), starts, ends };
}

/** How long the hyphen and the line break are that stand inside a word here; 0 for none. */
function brokenLine(text: string, at: number): number {
  const rest = /^-[ \t]*\r?\n\s*(?=\p{Ll})/u.exec(text.slice(at, at + 40))?.[0];
  return rest && /\p{Ll}/u.test(text.charAt(at - 1)) ? rest.length : 0;
}

/** Folded once each: a page has many characters, but few different ones. */
const foldedCharacters = new Map<string, string>();
const MAX_FOLDED_CHARACTERS = 20_000;

function foldCharacter(character: string): string {
  const known = foldedCharacters.get(character);
  if (known !== undefined) return known;
  if (foldedCharacters.size >= MAX_FOLDED_CHARACTERS) foldedCharacters.clear();
  const folded = foldedForm(character);
  foldedCharacters.set(character, folded);
  return folded;
}

function foldedForm(character: string): string {
  if (/\s/.test(character)) return ' ';
  if (INVISIBLE.test(character)) return '';
  if (/["“”„‟«»″＂]/.test(character)) return '"';
  if (/['‘’‚‛′`´＇]/.test(character)) return "'";
  if (/[\p{Pd}−]/u.test(character)) return '-';
  return character.normalize('NFKC').toLowerCase();
}

/** Whether a text has these words, in whatever case and spacing. */
export function holds(text: string, words: string): boolean {
  return wholeIndexOf(fold(text).text, fold(words.trim()).text) !== -1;
}

/** The places of several quotes in one text, in their order; null for each that is not there. */
export function locateAll({ text, quotes }: { text: string; quotes: string[] }): (Place | null)[] {
  const locator = new Locator(text);
  return quotes.map((quote) => locator.locate(quote));
}

/** Where `part` stands without cutting a word of `text`; -1 for nowhere. */
function wholeIndexOf(text: string, part: string): number {
  if (part === '') return -1;
  for (let at = text.indexOf(part); at !== -1; at = text.indexOf(part, at + 1)) {
    if (!cutsWord(text, at, at + part.length)) return at;
  }
  return -1;
}

function cutsWord(text: string, start: number, end: number): boolean {
  return isInWord(text, start) || isInWord(text, end);
}

/** Scripts without spaces may be cut anywhere. */
const SPACED =
  /(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}])[\p{L}\p{N}]/u;

function isInWord(text: string, at: number): boolean {
  return SPACED.test(text.charAt(at - 1)) && SPACED.test(text.charAt(at));
}

interface TextWord {
  word: string;
  start: number;
  end: number;
}

function wordsIn({ text, starts, ends }: Folded): TextWord[] {
  return [...text.matchAll(WORD)].map((match) => ({
    word: match[0],
    start: starts[match.index] ?? 0,
    end: ends[match.index + match[0].length - 1] ?? 0,
  }));
}
