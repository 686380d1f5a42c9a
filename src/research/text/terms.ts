import { WordList } from './words';

/** A word or number as it is compared: folded, stemmed; with its UTF-16 place in the text. */
export interface Token {
  term: string;
  start: number;
  end: number;
}

const words = new WordList();

/** The words of a text in order, function words left out. */
export function tokens(text: string): Token[] {
  words.begin(text);
  words.add(0, text.length);
  const found: Token[] = [];
  for (let at = 0; at < words.count; at++) {
    const term = words.vocabulary.term(words.numbers[at] ?? 0);
    found.push({ term, start: words.starts[at] ?? 0, end: words.ends[at] ?? 0 });
  }
  return found;
}

/** The terms of {@link tokens}, in order, with repetitions. */
export function terms(text: string): string[] {
  words.begin(text);
  words.add(0, text.length);
  const found: string[] = [];
  for (let at = 0; at < words.count; at++)
    found.push(words.vocabulary.term(words.numbers[at] ?? 0));
  return found;
}
