/** The words that say what a query is about, in the order they stand: bounded, lower case, distinct. */
export function queryTerms(query: string): string[] {
  const words = query.slice(0, MAX_QUERY_UNITS).normalize('NFC').toLowerCase().match(WORD) ?? [];
  const distinct = [...new Set(words.map((word) => word.slice(0, MAX_TERM_UNITS).toWellFormed()))];
  const telling = distinct.filter((word) => !STOP_WORDS.has(word));
  return (telling.length > 0 ? telling : distinct).slice(0, MAX_TERMS);
}

/**
 * One term as FTS5 reads it. A term is letters, digits and marks only, and it is quoted, so
 * nothing that a user writes can be an operator, a column or a prefix.
 */
export function quoted(term: string): string {
  return `"${term.replaceAll('"', '""')}"`;
}

export function anyOf(terms: string[]): string {
  return terms.map(quoted).join(' OR ');
}

export interface CountedTerm {
  term: string;
  /** In how many chunks it stands; counted up to {@link COUNT_LIMIT} only. */
  chunkCount: number;
}

/** Past this many chunks a term tells little, and the exact number nothing. */
export const COUNT_LIMIT = 25_000;
/** Ranking costs about 2 µs for each chunk that matches. */
const RANKED_CHUNKS_BUDGET = 4_000;
const MAX_SUPPORTERS = 3;

export interface SearchPlan {
  /** FTS5 expressions, whose hits are united by the better score. */
  expressions: string[];
  /** With enough hits of the first expression, the rest are not asked. */
  firstMaySuffice: boolean;
}

/**
 * An OR over common words ranks most of the index. So the rarest terms drive: only what has one
 * of them is ranked. The next ones support: `drivers AND supporters`, united with `drivers` alone,
 * gives every driven chunk its full score, for a chunk without a supporter scores nothing by them.
 */
export function planSearch(counted: CountedTerm[]): SearchPlan {
  const rarestFirst = [...counted].sort((a, b) => a.chunkCount - b.chunkCount);
  let budget = RANKED_CHUNKS_BUDGET;
  let driverCount = 0;
  for (const { chunkCount } of rarestFirst) {
    budget -= chunkCount;
    if (driverCount > 0 && budget < 0) break;
    driverCount++;
  }
  const drivers = rarestFirst.slice(0, driverCount);
  const commonest = drivers.at(-1)?.chunkCount ?? 0;
  const tooCommon = commonest > RANKED_CHUNKS_BUDGET;
  const supporters = rarestFirst
    .slice(driverCount)
    .filter(({ chunkCount }) => tooCommon || chunkCount < COUNT_LIMIT)
    .slice(0, MAX_SUPPORTERS);
  const driven = anyOf(drivers.map(({ term }) => term));
  if (driven === '') return { expressions: [], firstMaySuffice: false };
  if (supporters.length === 0) return { expressions: [driven], firstMaySuffice: false };
  const supported = `(${driven}) AND (${anyOf(supporters.map(({ term }) => term))})`;
  return { expressions: [supported, driven], firstMaySuffice: tooCommon };
}

/** A word in lower case that says how a sentence is built, not what it is about. */
export function isStopWord(word: string): boolean {
  return STOP_WORDS.has(word);
}

const MAX_QUERY_UNITS = 4_000;
const MAX_TERMS = 32;
const MAX_TERM_UNITS = 64;
const WORD = /[\p{L}\p{N}][\p{L}\p{N}\p{M}]*/gu;

const STOP_WORDS = new Set(
  `a about above after again against all also am an and any are aren as at be because been before
   being below between both but by can cannot could couldn did didn do does doesn doing don down
   during each either few for from further had hadn has hasn have haven having he her here hers
   herself him himself his how however i if in into is isn it its itself just let ll may me might
   more most must my myself no nor not now of off on once only onto or other ought our ours
   ourselves out over own per re same shall shan she should shouldn so some such t than that the
   their theirs them themselves then there these they this those through to too under until up
   upon us ve very was wasn we were weren what when where whether which while who whom whose why
   will with won would wouldn yes you your yours yourself yourselves s d m`.split(/\s+/),
);
