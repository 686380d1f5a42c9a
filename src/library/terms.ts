import { stemmer } from 'stemmer';
import { isStopWord } from './query';

const WORD = /[\p{L}\p{N}][\p{L}\p{N}\p{M}]*/gu;
const MAX_WORD_UNITS = 64;
const MAX_CACHED_STEMS = 50_000;

const stems = new Map<string, string>();

/** The words of a text as the index compares them: no case, no accents, no ending, no stop words. */
export function termsOf(text: string): string[] {
  const found: string[] = [];
  for (const [word] of text.matchAll(WORD)) {
    const term = termOf(word);
    if (term !== '') found.push(term);
  }
  return found;
}

/** Empty for a stop word. */
function termOf(word: string): string {
  const cached = stems.get(word);
  if (cached !== undefined) return cached;
  if (stems.size >= MAX_CACHED_STEMS) stems.clear();
  const lower = word.slice(0, MAX_WORD_UNITS).toLowerCase();
  const term = isStopWord(lower) ? '' : stemOf(lower);
  stems.set(word, term);
  return term;
}

/** One word without case, accents and ending (Porter 1980), a stop word too. */
export function stemOf(word: string): string {
  const folded = word.toLowerCase().normalize('NFKD').replace(/\p{M}/gu, '');
  return /^[a-z]+$/.test(folded) ? stemmer(folded) : folded;
}
