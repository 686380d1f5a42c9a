import type { Corpus, CorpusPage, Sentence } from '../text/corpus';
import { answerFit, blemishes, directness } from '../text/fitness';
import type { Question } from '../text/question';
import { synonyms } from '../text/synonyms';
import { WEIGHTS, type Weights } from '../text/weights';
import { linkScores } from './bridge';
import type { Candidate } from './candidate';

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
  const scorer = baseScorer(corpus, question, weights);
  const first = top(corpus.sentences.map(scorer), MAX_CANDIDATES);
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

type Hit = Omit<Candidate, 'subQuestion'>;

function top(hits: Hit[], count: number): Hit[] {
  return hits
    .filter((hit) => hit.score > 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, count);
}

function baseScorer(corpus: Corpus, question: Question, weights: Weights): (s: Sentence) => Hit {
  const asked = weighedTerms(corpus, question);
  const total = asked.reduce((sum, { idf }) => sum + idf, 0) || 1;
  const bonuses = corpus.pages.map((page) => pageBonus(corpus, page, asked, total, weights));
  return (sentence) => {
    const page = corpus.pages[sentence.page];
    if (!page) return { sentence, score: 0, coverage: 0, matched: [] };
    const titleTerms = bonuses[sentence.page]?.titleTerms ?? new Set();
    const relativeLength = sentence.tokens.length / corpus.meanLength;
    const matched: string[] = [];
    let score = 0;
    let covered = 0;
    for (const { term, idf, alternatives, isName } of asked) {
      let frequency = sentence.counts.get(term) ?? 0;
      if (frequency === 0 && alternatives.some((other) => sentence.counts.has(other))) {
        frequency = weights.synonym;
      }
      const said = frequency > 0;
      if (titleTerms.has(term)) frequency += weights.titleInSentence;
      else if (page.topic.has(term)) frequency += weights.topicInSentence;
      score += idf * saturated(frequency, relativeLength, weights);
      if (said || titleTerms.has(term)) matched.push(term);
      if (said || titleTerms.has(term) || (isName && page.counts.has(term))) covered += idf;
    }
    const own = score / total + weights.names * namesCovered(sentence, titleTerms, question);
    const lead = sentence.position === 0 ? weights.lead : 0;
    const early = weights.position / (1 + sentence.position);
    const bonus = bonuses[sentence.page]?.bonus ?? 0;
    if (covered === 0 && bonus === 0) return { sentence, score: 0, coverage: 0, matched };
    return { sentence, score: own + bonus + lead + early, coverage: covered / total, matched };
  };
}

interface AskedTerm {
  term: string;
  idf: number;
  alternatives: readonly string[];
  /** Part of a name: it counts as covered wherever the page speaks of it. */
  isName: boolean;
}

function weighedTerms(corpus: Corpus, question: Question): AskedTerm[] {
  const predicate = new Set(question.predicate);
  return question.terms.map((term) => ({
    term,
    idf: corpus.idf(term),
    alternatives: synonyms(term),
    isName: !predicate.has(term),
  }));
}

function pageBonus(
  corpus: Corpus,
  page: CorpusPage,
  asked: readonly AskedTerm[],
  total: number,
  weights: Weights,
): { titleTerms: ReadonlySet<string>; bonus: number } {
  const titleTerms = new Set(page.titleTerms);
  const relativeLength = page.length / corpus.meanPageLength;
  let score = 0;
  for (const { term, idf } of asked) {
    const frequency = (page.counts.get(term) ?? 0) + (titleTerms.has(term) ? 1 : 0);
    score += idf * saturated(frequency, relativeLength, weights);
  }
  const inQuestion = asked.filter(({ term }) => titleTerms.has(term)).length;
  const title = inQuestion / Math.max(1, titleTerms.size);
  return { titleTerms, bonus: (weights.page * score) / total + weights.title * title };
}

/** BM25's share of a term (Robertson and Zaragoza 2009). */
function saturated(frequency: number, relativeLength: number, weights: Weights): number {
  const { saturation: k, lengthNorm: b } = weights;
  return (frequency * (k + 1)) / (frequency + k * (1 - b + b * relativeLength));
}

function namesCovered(
  sentence: Sentence,
  title: ReadonlySet<string> | undefined,
  question: Question,
): number {
  if (question.names.length === 0) return 0;
  const whole = question.names.filter((name) =>
    name.key.split(' ').every((term) => sentence.counts.has(term) || title?.has(term)),
  );
  return whole.length / question.names.length;
}

/** Relevance feedback in the manner of RM3 (Lavrenko and Croft 2001), from the best sentences. */
function feedback(corpus: Corpus, hits: Hit[], question: Question): (s: Sentence) => number {
  const asked = new Set(question.terms);
  const model = new Map<string, number>();
  for (const hit of hits.slice(0, FEEDBACK_SENTENCES)) {
    const length = Math.max(8, hit.sentence.tokens.length);
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
