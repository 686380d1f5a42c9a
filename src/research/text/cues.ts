import { terms } from './terms';

/**
 * Ways to say a thing without its word: "Ada Byron (1815–1852)" tells when she was born, "a school
 * in Dunmore" where it is located, "an album by the Esks" who its artist is.
 */
const CUES: { asked: string; said: RegExp }[] = [
  { asked: 'born birth die died death', said: /\((?:[^()]{0,60}\b)?\d{3,4}\b[^()]{0,40}\)/u },
  {
    asked: 'located location situated lies based headquarters found',
    said: /\b(?:in|at|on|near|of) (?:the )?\p{Lu}/u,
  },
  {
    asked:
      'artist author writer wrote director directed creator created maker made composer singer',
    said: /\bby (?:the )?\p{L}* ?\p{Lu}/u,
  },
];

const BY_TERM = new Map<string, RegExp>();
for (const { asked, said } of CUES) for (const term of terms(asked)) BY_TERM.set(term, said);

/** True when a sentence says what a term asks for by its form. */
export function saysByForm(text: string, term: string): boolean {
  return BY_TERM.get(term)?.test(text) ?? false;
}
