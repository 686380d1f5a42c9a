import type { Proposal } from '../llm/memory';
import type { Corpus, Sentence } from '../text/corpus';
import type { Candidate } from './candidate';
import { byScore } from './extract';

/** Of the best sentence's score, what a proposed one has at least. No more: the words of a page can
 * talk a model into proposing it, and confidence grows with the score. */
const PROPOSED_SHARE = 0.6;

/** The candidates, and the sentences that a model pointed out among or beside them; best first. */
export function withProposals(
  corpus: Corpus,
  candidates: readonly Candidate[],
  subQuestion: number,
  proposals: readonly Proposal[],
): Candidate[] {
  const pointedOut = new Set(proposals.flatMap((proposal) => sentencesIn(corpus, proposal)));
  if (pointedOut.size === 0) return [...candidates];
  const least = (candidates[0]?.score ?? 1) * PROPOSED_SHARE;
  const known = new Set(candidates.map(({ sentence }) => sentence));
  const beside = [...pointedOut]
    .filter((sentence) => !known.has(sentence))
    .map((sentence) => ({ sentence, subQuestion, score: least, coverage: 0, matched: [] }));
  return [...candidates, ...beside]
    .map((one) =>
      pointedOut.has(one.sentence)
        ? { ...one, score: Math.max(one.score, least), isProposed: true }
        : one,
    )
    .sort(byScore);
}

/** The sentences that a passage holds for the most part, or that hold it. */
function sentencesIn(corpus: Corpus, { source, start, end }: Proposal): Sentence[] {
  const own = corpus.pages.filter(({ page }) => page.source === source);
  return own
    .flatMap(({ sentences }) => sentences)
    .filter((sentence) => {
      const shared = Math.min(end, sentence.end) - Math.max(start, sentence.start);
      return shared > Math.min(end - start, sentence.end - sentence.start) / 2;
    });
}
