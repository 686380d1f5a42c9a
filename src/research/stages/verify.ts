import { type Corpus, isNegated, type Sentence, sentenceValues } from '../text/corpus';
import { readQuestion } from '../text/question';
import { cosine } from '../text/similarity';
import { valuesDiffer } from '../text/values';
import type { FindingKind, FindingStatus } from '../types';
import type { Candidate } from './candidate';
import { contradicts, sameAnswer } from './contradiction';
import type { Independence } from './copies';
import { byScore } from './extract';

/** Sentences that say the same, with those that deny it. */
export interface Claim {
  lead: Candidate;
  /** Sentences of other sources that say the same; the lead is not among them. */
  support: Candidate[];
  /** Sentences of other sources that say the contrary. */
  disputed: Candidate[];
  /** How many publishers say it, copies counted once. */
  independent: number;
  status: Exclude<FindingStatus, 'NEI'>;
  kind: FindingKind;
  /** Between 0 and 1, both excluded. */
  confidence: number;
}

/** How much two sentences must share to say the same. */
const SAME = 0.68;
const COMPARED = 60;
const MAX_SUPPORT = 6;
const MAX_DISPUTED = 4;
/** A claim this far below the best of its sub-question supports or disputes nothing. */
const MIN_RELATIVE_SCORE = 0.35;

/** The claims for one sub-question, best first. */
export function verify(
  corpus: Corpus,
  question: string,
  candidates: readonly Candidate[],
  sources: Independence,
): Claim[] {
  const asked = readQuestion(question);
  const best = candidates[0]?.score ?? 0;
  const compared = candidates
    .filter((candidate) => candidate.score >= best * MIN_RELATIVE_SCORE)
    .slice(0, COMPARED);
  const clusters: Candidate[][] = [];
  for (const candidate of compared) {
    const home = clusters.find(
      ([lead]) =>
        lead !== undefined &&
        !contradicts(corpus, asked, lead, candidate) &&
        (saysTheSame(corpus, lead.sentence, candidate.sentence) ||
          (lead.sentence.page !== candidate.sentence.page &&
            sameAnswer(corpus, asked, lead, candidate))),
    );
    if (home) home.push(candidate);
    else clusters.push([candidate]);
  }
  return clusters.flatMap((cluster) => {
    const [lead, ...support] = [...cluster].sort(byScore);
    if (!lead) return [];
    const disputed = compared.filter(
      (other) => !cluster.includes(other) && contradicts(corpus, asked, lead, other),
    );
    return [judged(corpus, lead, support, disputed, best, sources)];
  });
}

function judged(
  corpus: Corpus,
  lead: Candidate,
  support: Candidate[],
  disputed: Candidate[],
  best: number,
  sources: Independence,
): Claim {
  const independent = voices(corpus, [lead, ...support], sources);
  const hedged = [lead, ...support].every(({ sentence }) => isHedged(sentence.text));
  const status = statusOf(disputed.length, independent, hedged);
  return {
    lead,
    support: onePerPage(lead, support).slice(0, MAX_SUPPORT),
    disputed: onePerPage(null, disputed).slice(0, MAX_DISPUTED),
    independent,
    status,
    kind: kindOf(lead.sentence.text),
    confidence: confidenceOf(status, independent, lead.score / Math.max(1e-9, best)),
  };
}

function statusOf(disputed: number, independent: number, hedged: boolean): Claim['status'] {
  if (disputed > 0) return 'contested';
  if (hedged) return 'unverified';
  return independent >= 2 ? 'established' : 'reported';
}

const BASE: Record<Claim['status'], number> = {
  established: 0.66,
  reported: 0.45,
  contested: 0.25,
  unverified: 0.15,
};

/** Grows with the number of independent sources and with how well the sentence fits. */
function confidenceOf(status: Claim['status'], independent: number, relativeScore: number): number {
  const fit = Math.min(1, Math.max(0, relativeScore));
  const confidence = BASE[status] + 0.18 * (1 - 2 ** (1 - independent)) + 0.12 * fit;
  return Math.round(confidence * 1000) / 1000;
}

/** Publishers with words of their own: a sentence copied word by word has one voice. */
function voices(corpus: Corpus, all: readonly Candidate[], sources: Independence): number {
  const heard = new Set<string>();
  const kept: Sentence[] = [];
  for (const { sentence } of all) {
    const page = corpus.pages[sentence.page]?.page;
    if (!page) continue;
    const publisher = sources.publisher(page.source);
    if (heard.has(publisher) || kept.some((other) => isVerbatim(other, sentence))) continue;
    heard.add(publisher);
    kept.push(sentence);
  }
  return Math.max(1, kept.length);
}

const VERBATIM_TERMS = 8;

/** One sentence holds the other, or most of it, term by term in the same order. */
function isVerbatim(a: Sentence, b: Sentence): boolean {
  const [short, long] = a.tokens.length <= b.tokens.length ? [a, b] : [b, a];
  if (short.tokens.length < VERBATIM_TERMS) return false;
  const trigrams = new Set(runs(long));
  const own = runs(short);
  return own.filter((run) => trigrams.has(run)).length >= 0.8 * own.length;
}

function runs(of: Sentence): string[] {
  const all = of.tokens.map((token) => token.term);
  return all.slice(2).map((_, at) => all.slice(at, at + 3).join(' '));
}

function onePerPage(lead: Candidate | null, candidates: Candidate[]): Candidate[] {
  const seen = new Set(lead ? [lead.sentence.page] : []);
  return candidates.filter(
    ({ sentence }) => !seen.has(sentence.page) && seen.add(sentence.page) !== undefined,
  );
}

function saysTheSame(corpus: Corpus, a: Sentence, b: Sentence): boolean {
  if (cosine(corpus, a, b) < SAME || isNegated(a) !== isNegated(b)) return false;
  return !sentenceValues(a).some((value) => {
    const rivals = sentenceValues(b).filter(
      (other) => other.kind === value.kind && other.unit === value.unit,
    );
    return rivals.length > 0 && rivals.every((other) => valuesDiffer(value, other));
  });
}

const HEDGE =
  /\b(?:reportedly|allegedly|supposedly|purportedly|rumou?red|rumou?rs?|is said to|are said to|was said to|were said to|it is said|unconfirmed|is believed to|are believed to|was believed to|some say|legend has it)\b/i;

function isHedged(text: string): boolean {
  return HEDGE.test(text) || /\?["'”’)\]]*$/.test(text);
}

const QUOTATION = /["“][^"“”]{25,}["”]/;
const SAYING =
  /\b(?:said|says|say|told|wrote|writes|stated|states|explained|added|recalled|remarked|commented|declared|argued|quoted|according to)\b/i;
const OPINION =
  /\b(?:believes?|argues?|argued|claims?|claimed|thinks?|suggests?|suggested|should|ought|might|could|may|perhaps|probably|likely|arguably|best|worst|greatest|in my (?:view|opinion)|seems?|appears to)\b/i;

function kindOf(text: string): FindingKind {
  if (QUOTATION.test(text) && SAYING.test(text)) return 'quote';
  return OPINION.test(text) ? 'claim' : 'fact';
}
