import type { Corpus, CorpusPage, Sentence } from '../text/corpus';
import type { Question } from '../text/question';
import { synonyms } from '../text/synonyms';
import type { Weights } from '../text/weights';
import type { Candidate } from './candidate';

export type Hit = Omit<Candidate, 'subQuestion'>;

/**
 * The sentences of a corpus that say most of what is asked, each by its own terms and its page's
 * alone, without a look at what else they say. Best first, equals in their order. All are scored, so
 * only what is chosen gets more than a number.
 */
export function bestByTerms(
  corpus: Corpus,
  question: Question,
  weights: Weights,
  count: number,
): Hit[] {
  const asked = weighedTerms(corpus, question);
  const names = question.names.map((name) => name.key.split(' '));
  const holders = holdersOf(corpus, asked, names);
  const pages = corpus.pages.map((page) => pageSigns(corpus, page, asked, names, weights));
  const countsOf = (sentence: Sentence) => (holders[sentence.index] ? sentence.counts : null);
  const scores = new Float64Array(corpus.sentences.length);
  for (const [place, signs] of pages.entries()) {
    for (const sentence of corpus.pages[place]?.sentences ?? []) {
      const relativeLength = sentence.length / corpus.meanLength;
      scores[sentence.index] = scoreOf(
        sentence,
        countsOf(sentence),
        relativeLength,
        signs,
        weights,
      );
    }
  }
  return highest(scores, count).flatMap((index) => {
    const sentence = corpus.sentences[index];
    const signs = sentence && pages[sentence.page];
    if (!signs) return [];
    return [{ sentence, score: scores[index] ?? 0, ...saidBy(countsOf(sentence), signs, weights) }];
  });
}

/** The places of the highest scores above 0, highest first, equals in their order. */
function highest(scores: Float64Array, count: number): number[] {
  const places: number[] = [];
  let least = 0;
  for (let place = 0; place < scores.length; place++) {
    const score = scores[place] ?? 0;
    // Most are below all that are kept, and go no further.
    if (score <= least) continue;
    let at = places.length;
    while (at > 0 && (scores[places[at - 1] ?? 0] ?? 0) < score) at--;
    places.splice(at, 0, place);
    if (places.length > count) places.pop();
    if (places.length === count) least = scores[places.at(-1) ?? 0] ?? 0;
  }
  return places;
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

/** By a sentence's index: 1 for those that hold anything that is asked for. Most do not. */
function holdersOf(
  corpus: Corpus,
  asked: readonly AskedTerm[],
  names: readonly (readonly string[])[],
): Uint8Array {
  const wanted = asked.flatMap(({ term, alternatives }) => [term, ...alternatives]);
  wanted.push(...names.flat());
  const holders = new Uint8Array(corpus.sentences.length);
  for (const page of corpus.pages) {
    for (const { index } of page.holdersOf(wanted)) holders[index] = 1;
  }
  return holders;
}

/** What a page adds to each of its sentences. */
interface PageSigns {
  bonus: number;
  /** The weight of all that is asked. */
  total: number;
  terms: readonly PageTerm[];
  /** Of each name that is asked about, the terms that the title does not hold. */
  names: readonly (readonly string[])[];
}

interface PageTerm extends AskedTerm {
  isTitled: boolean;
  /** A part of a name that the page speaks of. */
  isNamed: boolean;
  /** Occurrences that are given to it in each sentence. */
  given: number;
}

function pageSigns(
  corpus: Corpus,
  page: CorpusPage,
  asked: readonly AskedTerm[],
  names: readonly (readonly string[])[],
  weights: Weights,
): PageSigns {
  const title = new Set(page.titleTerms);
  const terms = asked.map(({ term, idf, alternatives, isName }) => {
    const isTitled = title.has(term);
    const onTopic = page.topic.has(term) ? weights.topicInSentence : 0;
    const isNamed = isName && page.holds(term);
    const given = isTitled ? weights.titleInSentence : onTopic;
    return { term, idf, alternatives, isName, isTitled, isNamed, given };
  });
  const total = asked.reduce((sum, { idf }) => sum + idf, 0) || 1;
  return {
    bonus: pageBonus(corpus, page, terms, total, title.size, weights),
    total,
    terms,
    names: names.map((name) => name.filter((term) => !title.has(term))),
  };
}

function pageBonus(
  corpus: Corpus,
  page: CorpusPage,
  terms: readonly PageTerm[],
  total: number,
  titleSize: number,
  weights: Weights,
): number {
  const relativeLength = page.length / corpus.meanPageLength;
  let score = 0;
  for (const { term, idf, isTitled } of terms) {
    const frequency = page.total(term) + (isTitled ? 1 : 0);
    score += idf * saturated(frequency, relativeLength, weights);
  }
  const inQuestion = terms.filter(({ isTitled }) => isTitled).length;
  const share = inQuestion / Math.max(1, titleSize);
  return (weights.page * score) / total + weights.title * share;
}

/** The counts of a sentence's terms; null when it holds nothing that is asked for. */
type HeldCounts = Sentence['counts'] | null;

function scoreOf(
  { position }: Sentence,
  counts: HeldCounts,
  relativeLength: number,
  page: PageSigns,
  weights: Weights,
): number {
  let score = 0;
  let isCovered = false;
  for (const asked of page.terms) {
    const own = counts === null ? 0 : frequencyOf(asked, counts, weights);
    isCovered ||= own > 0 || asked.isTitled || asked.isNamed;
    const frequency = own + asked.given;
    if (frequency > 0) score += asked.idf * saturated(frequency, relativeLength, weights);
  }
  if (!isCovered && page.bonus === 0) return 0;
  const own = score / page.total + weights.names * namesCovered(page.names, counts);
  const lead = position === 0 ? weights.lead : 0;
  const early = weights.position / (1 + position);
  return own + page.bonus + lead + early;
}

/** The share of the question's weight that a sentence covers, and its terms that stand there. */
function saidBy(
  counts: HeldCounts,
  page: PageSigns,
  weights: Weights,
): Pick<Hit, 'coverage' | 'matched'> {
  const matched: string[] = [];
  let covered = 0;
  for (const asked of page.terms) {
    const isHeld = counts !== null && frequencyOf(asked, counts, weights) > 0;
    const isMatched = isHeld || asked.isTitled;
    if (isMatched) matched.push(asked.term);
    if (isMatched || asked.isNamed) covered += asked.idf;
  }
  return { coverage: covered / page.total, matched };
}

function frequencyOf(
  { term, alternatives }: AskedTerm,
  counts: Sentence['counts'],
  weights: Weights,
): number {
  const frequency = counts.get(term);
  if (frequency !== undefined) return frequency;
  for (const other of alternatives) if (counts.has(other)) return weights.synonym;
  return 0;
}

/** BM25's share of a term (Robertson and Zaragoza 2009). */
function saturated(frequency: number, relativeLength: number, weights: Weights): number {
  const { saturation: k, lengthNorm: b } = weights;
  return (frequency * (k + 1)) / (frequency + k * (1 - b + b * relativeLength));
}

/** The share of the names that stand whole in the sentence or its page's title. */
function namesCovered(names: PageSigns['names'], counts: HeldCounts): number {
  if (names.length === 0) return 0;
  let whole = 0;
  for (const untitled of names) {
    if (untitled.length === 0 || (counts !== null && untitled.every((term) => counts.has(term))))
      whole++;
  }
  return whole / names.length;
}
