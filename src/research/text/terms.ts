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
  const { terms, starts, ends } = wordsOf(text);
  return terms.map((term, at) => ({ term, start: starts[at] ?? 0, end: ends[at] ?? 0 }));
}

/** The terms of {@link tokens}, in order, with repetitions. */
export function terms(text: string): string[] {
  return wordsOf(text).terms;
}

/** The words side by side: most are never looked at one by one, and an object each costs more. */
interface Words {
  terms: string[];
  starts: number[];
  ends: number[];
}

function wordsOf(text: string): Words {
  const found: Words = { terms: [], starts: [], ends: [] };
  let start = 0;
  while (start < text.length) {
    const end = asciiWordEnd(text, start);
    if (isBeyondAscii(unitAt(text, end))) {
      start = addBeyondAscii(found, text, start);
    } else {
      if (end > start) add(found, termAt(text, start, end), start, end);
      start = Math.max(end, start + 1);
    }
  }
  return found;
}

/** Adds what begins at `start` and is not all ASCII; returns where to go on. */
function addBeyondAscii(found: Words, text: string, start: number): number {
  WORD.lastIndex = start;
  const end = WORD.test(text) ? WORD.lastIndex : start;
  if (UNSPACED.test(text.slice(start, end))) addPairs(found, text, start, end);
  else if (end > start) add(found, termAt(text, start, end), start, end);
  return Math.max(end, start + 1);
}

/** Leaves out what has no term: a function word. */
function add({ terms, starts, ends }: Words, term: string, start: number, end: number): void {
  if (term === '') return;
  terms.push(term);
  starts.push(start);
  ends.push(end);
}

function addPairs(found: Words, text: string, start: number, end: number): void {
  const last = Math.max(start + 1, end - 1);
  for (let at = start; at < last; at++) {
    const term = text.slice(at, Math.min(end, at + 2));
    add(found, term, at, at + term.length);
  }
}

/** Where the {@link WORD} ends that begins at `start`, or meets what only the pattern can judge;
 * `start` when none begins. */
function asciiWordEnd(text: string, start: number): number {
  if (isAsciiDigit(unitAt(text, start))) return asciiNumberEnd(text, start);
  let end = start;
  while (isAsciiWord(unitAt(text, end))) end++;
  return end;
}

function asciiNumberEnd(text: string, start: number): number {
  let end = start;
  for (;;) {
    while (isAsciiDigit(unitAt(text, end))) end++;
    const unit = unitAt(text, end);
    if (unit !== COMMA && unit !== FULL_STOP) break;
    const next = unitAt(text, end + 1);
    if (isBeyondAscii(next)) return end + 1;
    if (!isAsciiDigit(next)) break;
    end++;
  }
  while (isAsciiLetter(unitAt(text, end))) end++;
  return end;
}

const COMMA = 0x2c;
const FULL_STOP = 0x2e;

/**
 * The words that were met, each at a place that its hash gives or at one of the next: so most are
 * found without making a string of them. Bounded by its length: a word that finds no free place
 * takes that of another, which costs time only.
 */
const KNOWN_WORDS = 2 ** 16;
const MAX_PROBES = 4;
const known: ({ word: string; term: string } | undefined)[] = new Array(KNOWN_WORDS);

/** The form under which a word is compared; empty for a function word. */
function termAt(text: string, start: number, end: number): string {
  if (end - start > MAX_WORD_UNITS) return termOf(text.slice(start, end));
  const home = hashOf(text, start, end) & (KNOWN_WORDS - 1);
  let free = home;
  for (let probe = 0; probe < MAX_PROBES; probe++) {
    const place = (home + probe) & (KNOWN_WORDS - 1);
    const met = known[place];
    if (met === undefined) {
      free = place;
      break;
    }
    if (met.word.length === end - start && text.startsWith(met.word, start)) return met.term;
  }
  const word = copied(text, start, end);
  const term = termOf(word);
  known[free] = { word, term };
  return term;
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
