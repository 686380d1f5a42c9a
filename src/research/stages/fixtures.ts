import { buildCorpus, type Corpus } from '../text/corpus';
import { type Question, readQuestion } from '../text/question';
import type { Page } from '../types';
import type { Candidate } from './candidate';
import { type Independence, independence } from './copies';
import { extract } from './extract';
import { type Claim, verify } from './verify';

/** Pages of as many publishers, one for each text. */
export function pagesOf(...texts: string[]): Page[] {
  return texts.map((text, index) => ({
    source: index + 1,
    snapshotHash: `hash-${index}`,
    url: `https://site${index}.example/page`,
    title: '',
    domain: `site${index}.example`,
    text,
    pageStarts: null,
  }));
}

export interface Judged {
  corpus: Corpus;
  question: Question;
  sources: Independence;
  candidates: Candidate[];
  claims: Claim[];
}

/** Extracts and verifies, as an analysis does for one question. */
export function judge(text: string, pages: readonly Page[]): Judged {
  const corpus = buildCorpus(pages);
  const question = readQuestion(text);
  const sources = independence(pages);
  const candidates = extract(corpus, 0, question);
  const claims = verify(corpus, question, candidates, sources);
  return { corpus, question, sources, candidates, claims };
}
