import type { Corpus } from './corpus';
import { names } from './names';
import { tokens } from './terms';

/**
 * A question typed without capitals, or with nothing else, as the pages spell its names: only so
 * can what it is about be told from what is asked. Any other question comes back as it is.
 */
export function respelled(corpus: Corpus, question: string): string {
  const isShouted = /\p{Lu}/u.test(question) && !/\p{Ll}/u.test(question);
  if (!isShouted && names(question).length > 0) return question;
  const plain = isShouted ? question.toLowerCase() : question;
  const asked = tokens(plain);
  const spellings = spellingsOf(corpus, new Set(asked.map((token) => token.term)));
  let result = plain;
  // From the end, so that earlier places stay where they are.
  for (let end = asked.length; end > 0; end--) {
    for (let start = 0; start < end; start++) {
      const run = asked.slice(start, end);
      const spelling = spellings.get(run.map((token) => token.term).join(' '));
      const [first, last] = [run[0], run.at(-1)];
      if (!spelling || !first || !last) continue;
      result = result.slice(0, first.start) + spelling + result.slice(last.end);
      end = start + 1;
      break;
    }
  }
  return result;
}

/** The names of all pages that the terms of the question can make up, by their keys. */
function spellingsOf(corpus: Corpus, asked: ReadonlySet<string>): Map<string, string> {
  const found = new Map<string, string>();
  const wanted = [...asked];
  for (const sentence of corpus.pages.flatMap((page) => page.holdersOf(wanted))) {
    for (const { key, text, start } of sentence.names) {
      // What opens a sentence has its capital from there.
      if (start === 0 && !key.includes(' ')) continue;
      if (!found.has(key) && key.split(' ').every((term) => asked.has(term))) found.set(key, text);
    }
  }
  return found;
}
