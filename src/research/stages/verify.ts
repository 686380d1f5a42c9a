import { answerIn } from '../text/answers';
import type { Corpus, Sentence } from '../text/corpus';
import { asksForValue, type Question } from '../text/question';
import { cosine } from '../text/similarity';
import { asks } from '../text/statement';
import { valuesDiffer } from '../text/values';
import type { FindingKind, FindingStatus } from '../types';
import type { Candidate } from './candidate';
import { type Comparison, comparisonOf } from './comparison';
import { confidenceOf } from './confidence';
import { denialAmong, sameAnswer, wordingClashes } from './contradiction';
import type { Independence } from './copies';
import { byScore } from './extract';
import { focusShare, type Grade, grade } from './relevance';
import { rivalry } from './rivalry';
import { agreeing, voices } from './voices';

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
  /** How near it comes to what is asked. */
  grade: Grade;
  /** True when a model that read the pages pointed one of its sentences out. */
  isProposed: boolean;
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
  asked: Question,
  candidates: readonly Candidate[],
  sources: Independence,
): Claim[] {
  const { ordered, areOpposed, ceiling } = rivalry(corpus, asked, candidates);
  const best = ordered[0]?.score ?? 0;
  const compared = ordered
    .filter(({ score, isProposed }) => isProposed || score >= best * MIN_RELATIVE_SCORE)
    .filter(({ sentence }) => !asks(sentence.text))
    .slice(0, COMPARED);
  const comparison = comparisonOf(corpus, asked, compared);
  const isDenied = denialAmong(comparison);
  const denies: Denial = (a, b) => isDenied(a, b) || areOpposed(a, b);
  const clusters = clustered(comparison, compared, denies);
  const claims = clusters.flatMap((cluster) => {
    const [lead, ...support] = [...cluster].sort(byScore);
    if (!lead) return [];
    const disputed = disputing(clusters, cluster, lead, denies);
    const claim = judged(corpus, asked, lead, support, disputed, compared, sources);
    return [{ ...claim, confidence: Math.min(claim.confidence, ceiling) }];
  });
  return claims.map((claim) => ({ ...claim, confidence: besideRivals(claim, claims) }));
}

type Denial = (a: Candidate, b: Candidate) => boolean;

/** Those that say the same as the first of them. */
function clustered(
  comparison: Comparison,
  compared: readonly Candidate[],
  denies: Denial,
): Candidate[][] {
  const clusters: Candidate[][] = [];
  for (const candidate of compared) {
    const home = clusters.find(
      ([lead]) =>
        lead !== undefined &&
        !denies(lead, candidate) &&
        (saysTheSame(comparison, lead.sentence, candidate.sentence) ||
          sameAnswer(comparison, lead, candidate)),
    );
    if (home) home.push(candidate);
    else clusters.push([candidate]);
  }
  return clusters;
}

/** All that stand with one that denies the lead of a cluster. Of each page one sentence is quoted:
 * the one that denies, not one that stands by it. */
function disputing(
  clusters: readonly Candidate[][],
  own: Candidate[],
  lead: Candidate,
  denies: Denial,
): Candidate[] {
  const rivals = clusters.filter(
    (other) => other !== own && other.some((rival) => denies(lead, rival)),
  );
  const isDenier = (rival: Candidate) => Number(denies(lead, rival));
  return rivals.flat().sort((a, b) => isDenier(b) - isDenier(a) || byScore(a, b));
}

/** Two that deny each other are not both likely: what they say together is at most certain. */
function besideRivals({ confidence, disputed }: Claim, claims: readonly Claim[]): number {
  const rivals = claims.filter(({ lead }) => disputed.includes(lead));
  const strongest = Math.max(0, ...rivals.map((rival) => rival.confidence));
  const total = confidence + strongest;
  return total > 1 ? Math.round((confidence / total) * 1000) / 1000 : confidence;
}

function judged(
  corpus: Corpus,
  asked: Question,
  lead: Candidate,
  support: Candidate[],
  disputed: Candidate[],
  compared: readonly Candidate[],
  sources: Independence,
): Claim {
  const independent = voices(corpus, [lead, ...support], sources);
  const hedged = [lead, ...support].every(({ sentence }) => HEDGE.test(sentence.text));
  const status = statusOf(disputed.length, independent, hedged);
  const how = grade(corpus, asked, lead);
  return {
    lead,
    support: onePerPage(lead, support).slice(0, MAX_SUPPORT),
    disputed: onePerPage(null, disputed).slice(0, MAX_DISPUTED),
    independent,
    status,
    kind: kindOf(lead.sentence.text),
    grade: how,
    isProposed: [lead, ...support].some((candidate) => candidate.isProposed === true),
    confidence: confidenceOf({
      status,
      others: Math.max(independent - 1, agreeing(corpus, asked, lead, compared, sources)),
      grade: how,
      isOneStep: asked.isSimple,
      relativeScore: lead.score / Math.max(1e-9, compared[0]?.score ?? 0),
      pagesBefore: pagesBefore(compared, lead),
      focus: focusShare(corpus, lead.sentence, asked),
      isAnswer: answerIn(corpus, lead.sentence, asked)?.strong ?? false,
    }),
  };
}

/** How many pages hold a better sentence. */
function pagesBefore(compared: readonly Candidate[], lead: Candidate): number {
  const pages = new Set<number>();
  for (const { score, sentence } of compared) if (score > lead.score) pages.add(sentence.page);
  return pages.size;
}

function statusOf(disputed: number, independent: number, hedged: boolean): Claim['status'] {
  if (disputed > 0) return 'contested';
  if (hedged) return 'unverified';
  return independent >= 2 ? 'established' : 'reported';
}

function onePerPage(lead: Candidate | null, candidates: Candidate[]): Candidate[] {
  const seen = new Set(lead ? [lead.sentence.page] : []);
  return candidates.filter(
    ({ sentence }) => !seen.has(sentence.page) && seen.add(sentence.page) !== undefined,
  );
}

function saysTheSame(
  { corpus, question, shared, answering }: Comparison,
  a: Sentence,
  b: Sentence,
): boolean {
  if (asksForValue(question) && answering.has(a) !== answering.has(b)) return false;
  if (!shared.mayBeAlike(a, b, SAME) || cosine(corpus, a, b) < SAME) return false;
  if (a.isNegated !== b.isNegated || wordingClashes(question, a, b)) return false;

  return !a.values.some((value) => {
    const rivals = b.values.filter(
      (other) => other.kind === value.kind && other.unit === value.unit,
    );
    return rivals.length > 0 && rivals.every((other) => valuesDiffer(value, other));
  });
}

const HEDGE =
  /\b(?:reportedly|allegedly|supposedly|purportedly|rumou?red|rumou?rs?|is said to|are said to|was said to|were said to|it is said|unconfirmed|is believed to|are believed to|was believed to|some say|legend has it)\b/i;

const QUOTATION = /["“][^"“”]{25,}["”]/;
const SAYING =
  /\b(?:said|says|say|told|wrote|writes|stated|states|explained|added|recalled|remarked|commented|declared|argued|quoted|according to)\b/i;
const OPINION =
  /\b(?:believes?|argues?|argued|claims?|claimed|thinks?|suggests?|suggested|should|ought|might|could|may|perhaps|probably|likely|arguably|best|worst|greatest|in my (?:view|opinion)|seems?|appears to)\b/i;

function kindOf(text: string): FindingKind {
  if (QUOTATION.test(text) && SAYING.test(text)) return 'quote';
  return OPINION.test(text) ? 'claim' : 'fact';
}
