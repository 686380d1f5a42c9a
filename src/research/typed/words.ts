import { stemmer } from 'stemmer';

/** A word of a text, function words included; offsets are UTF-16 code units into the text. */
export interface Word {
  text: string;
  stem: string;
  start: number;
  end: number;
}

const WORD = /\p{N}+(?:[.,]\p{N}+)*|[\p{L}\p{M}]+(?:['’](?!s\b)[\p{L}\p{M}]+)*|[\p{Sc}%‰°]/gu;
/** Scripts without spaces: a run is taken as pairs of characters. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;
const MAX_WORD_UNITS = 60;
const MAX_CACHED = 50_000;
const stems = new Map<string, string>();

/** The form under which a word is compared: no case, no accents, no ending. */
export function stemOf(word: string): string {
  const cached = stems.get(word);
  if (cached !== undefined) return cached;
  if (stems.size >= MAX_CACHED) stems.clear();
  const folded = word
    .slice(0, MAX_WORD_UNITS)
    .toLowerCase()
    .normalize('NFKD')
    .replace(/\p{M}/gu, '');
  const stem = /^[a-z]+$/.test(folded) ? stemmer(folded) : folded;
  stems.set(word, stem);
  return stem;
}

export function wordsOf(text: string): Word[] {
  const found: Word[] = [];
  const isSpaced = !UNSPACED.test(text);
  for (const { 0: word, index } of text.matchAll(WORD)) {
    if (isSpaced || !UNSPACED.test(word)) {
      found.push({ text: word, stem: stemOf(word), start: index, end: index + word.length });
      continue;
    }
    for (let at = 0; at < Math.max(1, word.length - 1); at++) {
      const pair = word.slice(at, at + 2);
      found.push({ text: pair, stem: pair, start: index + at, end: index + at + pair.length });
    }
  }
  return found;
}

/** `releaseDate`, `release_date` and `HTTPPort2` as words. */
export function nameWords(name: string): string[] {
  const spaced = name
    .replace(/(\p{Ll}|\p{N})(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
    .replace(/[^\p{L}\p{M}\p{N}%]+/gu, ' ');
  return wordsOf(spaced).map((word) => word.text.toLowerCase());
}
