import { stemmer } from 'stemmer';
import { STOP_WORDS } from './stopWords';

/** A word or number as it is compared: folded, stemmed; with its UTF-16 place in the text. */
export interface Token {
  term: string;
  start: number;
  end: number;
}

const WORD = /\p{N}+(?:[.,]\p{N}+)*\p{L}*|[\p{L}\p{M}\p{N}]+/gu;
/** Scripts that put no space between words: a run of them is taken as pairs of characters. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;
const POSSESSIVE = /^['’]s\b/;
const MAX_CACHED_STEMS = 50_000;
const MAX_WORD_UNITS = 60;

const stems = new Map<string, string>();

/** The words of a text in order, function words left out. */
export function tokens(text: string): Token[] {
  const found: Token[] = [];
  for (const match of text.matchAll(WORD)) {
    const word = match[0];
    const start = match.index;
    const end = start + word.length;
    if (UNSPACED.test(word)) {
      for (let at = 0; at < Math.max(1, word.length - 1); at++) {
        const term = word.slice(at, at + 2);
        found.push({ term, start: start + at, end: start + at + term.length });
      }
      continue;
    }
    const term = termOf(word);
    if (term === '') continue;
    if (word.length === 1 && word === 's' && POSSESSIVE.test(text.slice(start - 1, end))) continue;
    found.push({ term, start, end });
  }
  return found;
}

/** The terms of {@link tokens}, in order, with repetitions. */
export function terms(text: string): string[] {
  return tokens(text).map((token) => token.term);
}

/** The form under which a word is compared: no case, no accents, no ending, no digit grouping; empty for a function word. */
function termOf(word: string): string {
  const cached = stems.get(word);
  if (cached !== undefined) return cached;
  if (stems.size >= MAX_CACHED_STEMS) stems.clear();
  const folded = word
    .toLowerCase()
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .slice(0, MAX_WORD_UNITS);
  // Judged by the word, not by its stem: "owns" and "uses" mean something.
  let term = STOP_WORDS.has(folded) ? '' : folded;
  if (/^\d/.test(folded)) term = folded.replace(/(\d),(?=\d{3})/g, '$1');
  else if (/^[a-z]+$/.test(term)) term = stemmer(term);
  stems.set(word, term);
  return term;
}
