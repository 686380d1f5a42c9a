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

/** Scores all sentences of a corpus one by one, without a look at what else they say. */
function baseScorer(corpus: Corpus, question: Question, weights: Weights): (s: Sentence) => Hit {
  const asked = weighedTerms(corpus, question);
  const total = asked.reduce((sum, { idf }) => sum + idf, 0) || 1;
  const names = question.names.map((name) => name.key.split(' '));
  const terms = asked.flatMap(({ term, alternatives }) => [term, ...alternatives]);
  const holders = holdersOf(corpus, [...terms, ...names.flat()]);
  const pages = corpus.pages.map((page) => pageSigns(corpus, page, asked, names, weights));
  return (sentence) => {
    const matched: string[] = [];
    const page = pages[sentence.page];
    if (!page) return { sentence, score: 0, coverage: 0, matched };
    const counts = holders.has(sentence) ? sentence.counts : NO_COUNTS;
    const relativeLength = sentence.length / corpus.meanLength;
    let score = 0;
    let covered = 0;
    let at = 0;
    for (const { term, idf, alternatives } of asked) {
      const { isTitled, isNamed, given } = page.terms[at++] ?? UNSAID;
      let frequency = counts.get(term) ?? 0;
      if (frequency === 0 && alternatives.some((other) => counts.has(other))) {
        frequency = weights.synonym;
      }
      const isMatched = frequency > 0 || isTitled;
      if (isMatched) matched.push(term);
      if (isMatched || isNamed) covered += idf;
      frequency += given;
      if (frequency > 0) score += idf * saturated(frequency, relativeLength, weights);
    }
    if (covered === 0 && page.bonus === 0) return { sentence, score: 0, coverage: 0, matched };
    const own = score / total + weights.names * namesCovered(page.names, counts);
    const lead = sentence.position === 0 ? weights.lead : 0;
    const early = weights.position / (1 + sentence.position);
    return { sentence, score: own + page.bonus + lead + early, coverage: covered / total, matched };
  };
}

/** Most sentences hold none of the terms that are asked for. */
function holdersOf(corpus: Corpus, wanted: readonly string[]): ReadonlySet<Sentence> {
  return new Set(corpus.pages.flatMap((page) => page.holdersOf(wanted)));
}

const NO_COUNTS: Sentence['counts'] = new Map();

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

/** What a page adds to each of its sentences. */
interface PageSigns {
  bonus: number;
  /** One for each asked term. */
  terms: {
    isTitled: boolean;
    /** A part of a name that the page speaks of. */
    isNamed: boolean;
    /** Occurrences that are given to it. */
    given: number;
  }[];
  /** Of each name that is asked about, the terms that the title does not hold. */
  names: string[][];
}

const UNSAID = { isTitled: false, isNamed: false, given: 0 };

function pageSigns(
  corpus: Corpus,
  page: CorpusPage,
  asked: readonly AskedTerm[],
  names: readonly (readonly string[])[],
  weights: Weights,
): PageSigns {
  const title = new Set(page.titleTerms);
  const terms = asked.map(({ term, isName }) => {
    const isTitled = title.has(term);
    const onTopic = page.topic.has(term) ? weights.topicInSentence : 0;
    return {
      isTitled,
      isNamed: isName && page.holds(term),
      given: isTitled ? weights.titleInSentence : onTopic,
    };
  });
  return {
    bonus: pageBonus(corpus, page, asked, title, weights),
    terms,
    names: names.map((name) => name.filter((term) => !title.has(term))),
  };
}

function pageBonus(
  corpus: Corpus,
  page: CorpusPage,
  asked: readonly AskedTerm[],
  title: ReadonlySet<string>,
  weights: Weights,
): number {
  const relativeLength = page.length / corpus.meanPageLength;
  let score = 0;
  for (const { term, idf } of asked) {
    const frequency = page.total(term) + (title.has(term) ? 1 : 0);
    score += idf * saturated(frequency, relativeLength, weights);
  }
  const total = asked.reduce((sum, { idf }) => sum + idf, 0) || 1;
  const inQuestion = asked.filter(({ term }) => title.has(term)).length;
  const share = inQuestion / Math.max(1, title.size);
  return (weights.page * score) / total + weights.title * share;
}

/** BM25's share of a term (Robertson and Zaragoza 2009). */
function saturated(frequency: number, relativeLength: number, weights: Weights): number {
  const { saturation: k, lengthNorm: b } = weights;
  return (frequency * (k + 1)) / (frequency + k * (1 - b + b * relativeLength));
}

/** The share of the names that stand whole in the sentence or its page's title. */
function namesCovered(names: PageSigns['names'], counts: Sentence['counts']): number {
  if (names.length === 0) return 0;
  const whole = names.filter((untitled) => untitled.every((term) => counts.has(term)));
  return whole.length / names.length;
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
