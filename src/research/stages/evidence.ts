import { type Assertion, jointCoverage, matchOf, rareShare } from '../text/assertion';
import type { Corpus, Sentence } from '../text/corpus';
import { claimedSigns, meanSigns, type SentenceSigns, stanceSigns } from '../text/stance';
import { EVIDENCE_WEIGHTS } from './evidenceWeights';

export type Stance = 'supports' | 'refutes' | 'neither';

/** One sentence as evidence on an assertion. */
interface Evidence {
  sentence: Sentence;
  /** Log odds; higher is better; comparable within one assertion. */
  relevance: number;
  /** Of each stance; they sum to 1. */
  probabilities: Readonly<Record<Stance, number>>;
  stance: Stance;
}

interface Weighed {
  /** Every sentence, best first. */
  evidence: Evidence[];
  /** The probability that the sentences together bear out the assertion, at least in part. */
  support: number;
}

/** What the sentences of a corpus say on an assertion, each by itself and all together. */
export function weighEvidence(corpus: Corpus, assertion: Assertion): Weighed {
  const seen = corpus.sentences
    .map(witness(corpus, assertion))
    .sort((a, b) => b.relevance - a.relevance || a.sentence.index - b.sentence.index);
  const bestOfPages = new Map(
    [...seen].reverse().map((one) => [one.sentence.page, one.signs] as const),
  );
  const general = [...claimedSigns(assertion), ...meanSigns([...bestOfPages.values()])];
  const evidence = seen.map(({ sentence, relevance, signs }) => {
    return { sentence, relevance, ...stanceOf([...general, ...signs.own]) };
  });
  return { evidence, support: supportOf(corpus, assertion) };
}

/** One sentence as it stands to an assertion, seen by itself. */
export interface Witness {
  sentence: Sentence;
  /** Log odds; higher is better; comparable within one assertion. */
  relevance: number;
  signs: SentenceSigns;
}

/** Judges single sentences of a corpus; a large one need not be gone through as a whole. */
export function witness(corpus: Corpus, assertion: Assertion): (sentence: Sentence) => Witness {
  // A pronoun stands for what the neighbour names: beside a good sentence stands a good one.
  const rareBeside = (sentence: Sentence, side: -1 | 1): number => {
    const beside = corpus.sentences[sentence.index + side];
    return beside?.page === sentence.page ? rareShare(assertion, beside, corpus.idf) : 0;
  };
  return (sentence) => {
    const match = matchOf(assertion, sentence, corpus.idf);
    const { named, valued, paired, rare } = match;
    const beside = Math.max(rareBeside(sentence, -1), rareBeside(sentence, 1));
    const relevance = dot(EVIDENCE_WEIGHTS.relevance, [
      named,
      valued,
      paired,
      rare,
      Math.sqrt(rare),
      beside,
    ]);
    const title = corpus.pages[sentence.page]?.page.title ?? '';
    return { sentence, relevance, signs: stanceSigns(assertion, sentence, title, match) };
  };
}

/**
 * How far a sentence bears an assertion out rather than denies it, in log odds. Only the difference
 * of two sentences on one assertion tells: what they have in common is left out.
 */
export function leaning({ own }: SentenceSigns): number {
  const { general, supports, refutes } = EVIDENCE_WEIGHTS;
  const ownOf = (weights: readonly number[]) => dot([0, ...weights.slice(1 + general)], own);
  return ownOf(supports) - ownOf(refutes);
}

function stanceOf(signs: readonly number[]): Pick<Evidence, 'stance' | 'probabilities'> {
  const supports = Math.exp(dot(EVIDENCE_WEIGHTS.supports, signs));
  const refutes = Math.exp(dot(EVIDENCE_WEIGHTS.refutes, signs));
  const total = 1 + supports + refutes;
  const probabilities = {
    supports: supports / total,
    refutes: refutes / total,
    neither: 1 / total,
  };
  const { supports: worthSupport, refutes: worthRefute } = EVIDENCE_WEIGHTS.worth;
  const best = Math.max(1, supports * worthSupport, refutes * worthRefute);
  const stance = best === 1 ? 'neither' : best === supports * worthSupport ? 'supports' : 'refutes';
  return { stance, probabilities };
}

/** So many sentences in a row are read as one passage. */
const PASSAGE_SENTENCES = 3;

/**
 * The probability that a corpus bears out an assertion: by the passage that says most of it, and by
 * all that is said of it anywhere.
 */
export function supportOf({ sentences, idf }: Corpus, assertion: Assertion): number {
  const { best, all } = jointCoverage(assertion, sentences, PASSAGE_SENTENCES, idf);
  return 1 / (1 + Math.exp(-dot(EVIDENCE_WEIGHTS.support, [best, all])));
}

/** The intercept comes first. */
function dot([intercept = 0, ...weights]: readonly number[], signs: readonly number[]): number {
  return signs.reduce((sum, sign, at) => sum + sign * (weights[at] ?? 0), intercept);
}
