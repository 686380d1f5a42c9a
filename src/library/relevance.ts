import { stemOf, termsOf } from './terms';

/** What is known of a document when it is ranked. */
export interface RankedText {
  title: string;
  /** The passages that were found, or all of it when it is short. */
  text: string;
}

export interface WeighedTerm {
  /** As it was asked. */
  term: string;
  /** The passages of the library with it. */
  chunkCount: number;
}

/** Occurrences in a title count so much each. */
const TITLE_WEIGHT = 2.5;
const SATURATION = 1.5;
const LENGTH_NORM = 0.75;

/** How often each term stands in a document, the fields apart. */
export interface TermCounts {
  title: ReadonlyMap<string, number>;
  body: ReadonlyMap<string, number>;
  titleLength: number;
  bodyLength: number;
}

export function countTerms({ title, text }: RankedText): TermCounts {
  const titleTerms = termsOf(title);
  const bodyTerms = termsOf(text);
  return {
    title: counted(titleTerms),
    body: counted(bodyTerms),
    titleLength: titleTerms.length,
    bodyLength: bodyTerms.length,
  };
}

function counted(terms: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const term of terms) counts.set(term, (counts.get(term) ?? 0) + 1);
  return counts;
}

/**
 * BM25F of each document: the frequencies of the fields, each normalised by its own length, are
 * added before they are saturated (Robertson, Zaragoza and Taylor 2004; Robertson and Zaragoza
 * 2009). `totalCount` is the number of passages in the library.
 */
export function relevanceOf(
  terms: readonly WeighedTerm[],
  totalCount: number,
  documents: readonly TermCounts[],
): number[] {
  const asked = new Map<string, number>();
  for (const { term, chunkCount } of terms) {
    asked.set(stemOf(term), rarity(Math.min(chunkCount, totalCount), totalCount));
  }
  const meanTitle = meanOf(documents.map(({ titleLength }) => titleLength));
  const meanBody = meanOf(documents.map(({ bodyLength }) => bodyLength));
  return documents.map(({ title, body, titleLength, bodyLength }) => {
    const inTitle = TITLE_WEIGHT / normalised(titleLength / meanTitle);
    const inBody = 1 / normalised(bodyLength / meanBody);
    let score = 0;
    for (const [term, weight] of asked) {
      const frequency = (title.get(term) ?? 0) * inTitle + (body.get(term) ?? 0) * inBody;
      score += (weight * (frequency * (SATURATION + 1))) / (frequency + SATURATION);
    }
    return score;
  });
}

/** Inverse document frequency; above 0 even for a term that is everywhere. */
function rarity(count: number, total: number): number {
  return Math.log(1 + (total - count + 0.5) / (count + 0.5));
}

function normalised(relativeLength: number): number {
  return 1 - LENGTH_NORM + LENGTH_NORM * relativeLength;
}

/** At least 1: lengths are divided by it. */
function meanOf(lengths: readonly number[]): number {
  const sum = lengths.reduce((total, length) => total + length, 0);
  return Math.max(1, sum / Math.max(1, lengths.length));
}
