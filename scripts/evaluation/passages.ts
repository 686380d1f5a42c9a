import { sha256Hex } from '../../src/lib/ids';
import { buildCorpus, type Corpus, type Sentence } from '../../src/research/text/corpus';
import type { Page } from '../../src/research/types';

/** A page as a job has it. */
export function pageOf(source: number, title: string, text: string): Page {
  const url = `library:${source}`;
  const snapshotHash = sha256Hex(text);
  return { source, snapshotHash, url, title, domain: 'local', text, pageStarts: null };
}

/** One page with a paragraph for each passage, and which passage a sentence of it came from. */
export function corpusOfPassages(passages: readonly string[]): {
  corpus: Corpus;
  passageOf(sentence: Sentence): number;
} {
  const starts: number[] = [];
  let text = '';
  for (const passage of passages) {
    starts.push(text.length);
    text += `${passage}\n\n`;
  }
  return {
    corpus: buildCorpus([pageOf(1, '', text)]),
    passageOf: ({ start }) => starts.findLastIndex((from) => from <= start),
  };
}
