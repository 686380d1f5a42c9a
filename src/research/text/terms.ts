import { stemmer } from 'stemmer';
import { isAsciiDigit, isAsciiLetter, isAsciiWord, isBeyondAscii, unitAt } from './ascii';
import { hashOf } from './hash';
import { STOP_WORDS } from './stopWords';

/** A word or number as it is compared: folded, stemmed; with its UTF-16 place in the text. */
export interface Token {
  term: string;
  start: number;
  end: number;
}

/** A number with its groups and its unit, or a run of letters, marks and digits. */
const WORD = /\p{N}+(?:[.,]\p{N}+)*\p{L}*|[\p{L}\p{M}\p{N}]+/uy;
/** Scripts that put no space between words: a run of them is taken as pairs of characters. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;
const MAX_WORD_UNITS = 60;

/** The words of a text in order, function words left out. */
export function tokens(text: string): Token[] {
  const found: Token[] = [];
  for (let start = 0; start < text.length; ) {
    const asciiEnd = asciiWordEnd(text, start);
    const end = asciiEnd ?? wordEnd(text, start);
    if (asciiEnd === null && UNSPACED.test(text.slice(start, end))) {
      addPairs(found, text, start, end);
    } else if (end > start) {
      const term = termAt(text, start, end);
      if (term !== '') found.push({ term, start, end });
    }
    start = Math.max(end, start + 1);
  }
  return found;
}

/** The terms of {@link tokens}, in order, with repetitions. */
export function terms(text: string): string[] {
  return tokens(text).map((token) => token.term);
}

function addPairs(found: Token[], text: string, start: number, end: number): void {
  const last = Math.max(start + 1, end - 1);
  for (let at = start; at < last; at++) {
    const term = text.slice(at, Math.min(end, at + 2));
    found.push({ term, start: at, end: at + term.length });
  }
}

/** Where the {@link WORD} ends that begins at `start`; `start` when none does. */
function wordEnd(text: string, start: number): number {
  WORD.lastIndex = start;
  return WORD.test(text) ? WORD.lastIndex : start;
}

/** The same for a word in ASCII; null when it may go on beyond. */
function asciiWordEnd(text: string, start: number): number | null {
  let end = start;
  if (isAsciiDigit(unitAt(text, start))) {
    for (;;) {
      while (isAsciiDigit(unitAt(text, end))) end++;
      const unit = unitAt(text, end);
      if (unit !== COMMA && unit !== FULL_STOP) break;
      const next = unitAt(text, end + 1);
      if (isBeyondAscii(next)) return null;
      if (!isAsciiDigit(next)) break;
      end++;
    }
    while (isAsciiLetter(unitAt(text, end))) end++;
  } else {
    while (isAsciiWord(unitAt(text, end))) end++;
  }
  return isBeyondAscii(unitAt(text, end)) ? null : end;
}

const COMMA = 0x2c;
const FULL_STOP = 0x2e;

/**
 * The words that were met last, each at a place that its hash gives: so most are found without
 * making a string of them. Bounded by its length; two words of one place push each other out, which
 * costs time only.
 */
const KNOWN_WORDS = 2 ** 16;
const known: ({ word: string; term: string } | undefined)[] = new Array(KNOWN_WORDS);

/** The form under which a word is compared; empty for a function word. */
function termAt(text: string, start: number, end: number): string {
  if (end - start > MAX_WORD_UNITS) return termOf(text.slice(start, end));
  const place = hashOf(text, start, end) & (KNOWN_WORDS - 1);
  const met = known[place];
  if (met && stands(met.word, text, start, end)) return met.term;
  const word = copied(text, start, end);
  const term = termOf(word);
  known[place] = { word, term };
  return term;
}

function stands(word: string, text: string, start: number, end: number): boolean {
  if (word.length !== end - start) return false;
  let at = 0;
  while (at < word.length && word.charCodeAt(at) === text.charCodeAt(start + at)) at++;
  return at === word.length;
}

/** A slice would keep the whole text alive that it is cut from. */
function copied(text: string, start: number, end: number): string {
  const units = Array.from({ length: end - start }, (_, at) => text.charCodeAt(start + at));
  return String.fromCharCode(...units);
}

/** No case, no accents, no ending, no digit grouping. */
function termOf(word: string): string {
  const folded = word
    .toLowerCase()
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .slice(0, MAX_WORD_UNITS);
  // Judged by the word, not by its stem: "owns" and "uses" mean something.
  const term = STOP_WORDS.has(folded) ? '' : folded;
  if (/^\d/.test(folded)) return folded.replace(/(\d),(?=\d{3})/g, '$1');
  return /^[a-z]+$/.test(term) ? stemmer(term) : term;
}
