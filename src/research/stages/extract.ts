import type { Corpus, Sentence } from '../text/corpus';
import { answerFit, blemishes, directness } from '../text/fitness';
import type { Question } from '../text/question';
import { WEIGHTS, type Weights } from '../text/weights';
import { linkScores } from './bridge';
import type { Candidate } from './candidate';
import { bestByTerms, type Hit } from './termScore';

const MAX_CANDIDATES = 120;
const FEEDBACK_SENTENCES = 5;
const FEEDBACK_TERMS = 10;

/** The best sentences of the corpus for one sub-question, best first. */
export function extract(
  corpus: Corpus,
  subQuestion: number,
  question: Question,
  weights: Weights = WEIGHTS,
): Candidate[] {
  const first = bestByTerms(corpus, question, weights, MAX_CANDIDATES);
  const expanded = feedback(corpus, first, question);
  const scored = first.map((hit) => ({
    ...hit,
    subQuestion,
    score:
      hit.score +
      weights.feedback * expanded(hit.sentence) +
      weights.answer * answerFit(hit.sentence, question) +
      weights.answerNear * directness(corpus, hit.sentence, question) -
      blemishes(hit.sentence),
  }));
  const links = linkScores(corpus, scored, question, weights);
  return scored
    .map((hit) => ({ ...hit, score: hit.score + (links.get(hit.sentence) ?? 0) }))
    .sort(byScore);
}

/** Best first; equals in the order of their pages, so that the answer is always the same. */
export function byScore(a: Candidate, b: Candidate): number {
  return (
    b.score - a.score ||
    a.sentence.page - b.sentence.page ||
    a.sentence.position - b.sentence.position
  );
}

/** Relevance feedback in the manner of RM3 (Lavrenko and Croft 2001), from the best sentences. */
function feedback(corpus: Corpus, hits: Hit[], question: Question): (s: Sentence) => number {
  const asked = new Set(question.terms);
  const model = new Map<string, number>();
  for (const hit of hits.slice(0, FEEDBACK_SENTENCES)) {
    const length = Math.max(8, hit.sentence.length);
    for (const [term, count] of hit.sentence.counts) {
      if (asked.has(term)) continue;
      const weight = ((hit.score * count) / length) * corpus.idf(term);
      model.set(term, (model.get(term) ?? 0) + weight);
    }
  }
  const strongest = [...model].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  const kept = strongest.slice(0, FEEDBACK_TERMS);
  const mass = kept.reduce((sum, [, weight]) => sum + weight, 0) || 1;
  return (sentence) =>
    kept.reduce((sum, [term, weight]) => sum + (sentence.counts.has(term) ? weight : 0), 0) / mass;
}
