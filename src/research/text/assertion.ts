import type { Sentence } from './corpus';
import { names } from './names';
import { oncePer } from './once';
import type { Question } from './question';
import { states } from './statement';
import { synonyms } from './synonyms';
import { type Token, tokens } from './terms';
import { type Value, values, valuesDiffer } from './values';

/** Something said that evidence may bear out or deny, as it is compared with sentences. */
export interface Assertion {
  text: string;
  terms: ReadonlySet<string>;
  /** The terms that stand in a name. */
  named: ReadonlySet<string>;
  values: readonly Value[];
  /** Terms that stand side by side, joined by a space. */
  pairs: ReadonlySet<string>;
}

/** What of an assertion one sentence says; every share lies between 0 and 1. */
export interface Match {
  /** Of its terms, weighed by rarity (idf). */
  coverage: number;
  /** The same weighed by squared rarity: what is common counts for nearly nothing. */
  rare: number;
  /** Of its terms in names; the coverage when it names nothing. */
  named: number;
  /** Of its numbers, dates and amounts; the coverage when it has none. */
  valued: number;
  /** Of its pairs of neighbouring terms, those that are neighbours here. */
  paired: number;
  /** Of the sentence's own terms, by rarity, those that the assertion says too. */
  returned: number;
}

type Idf = (term: string) => number;

export function readAssertion(text: string): Assertion {
  const found = tokens(text);
  return {
    text,
    terms: new Set(found.map(({ term }) => term)),
    named: new Set(names(text).flatMap(({ key }) => key.split(' '))),
    values: values(text),
    pairs: pairsOf(found),
  };
}

const AUXILIARY = /^\W*(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should)\s/i;

/** What a yes-no question or a plain statement asserts; null for one that asks for anything else. */
export function assertionOf({ text, answer }: Question): Assertion | null {
  if (answer === 'yes-no') return readAssertion(text.replace(AUXILIARY, '').replace(/\?+\W*$/, ''));
  return isPlainStatement(text, answer) ? readAssertion(text) : null;
}

function isPlainStatement(text: string, answer: Question['answer']): boolean {
  return (
    answer === 'any' && !text.includes('?') && !/^\W*(?:how|why)\b/i.test(text) && states(text)
  );
}

/** The date that a sentence gives where it says all else of a dated assertion: the asserted one, or
 * none that it may be; null where neither is so. */
export function dateGiven(assertion: Assertion, sentence: Sentence): 'asserted' | 'other' | null {
  const asserted = datesOf(assertion);
  const given = datesOf(sentence);
  if (asserted.length === 0 || given.length === 0) return null;
  if (!undatedTerms(assertion).every((term) => sentence.counts.has(term))) return null;
  const agrees = asserted.map((date) => given.some((other) => !valuesDiffer(date, other)));
  if (agrees.every(Boolean)) return 'asserted';
  return agrees.some(Boolean) ? null : 'other';
}

function datesOf({ values: all }: { values: readonly Value[] }): Value[] {
  return all.filter(({ kind }) => kind === 'date');
}

const undatedTerms = oncePer((assertion: Assertion): readonly string[] => {
  const dates = datesOf(assertion);
  return tokens(assertion.text)
    .filter(({ start, end }) => !dates.some((date) => start < date.end && date.start < end))
    .map(({ term }) => term);
});

export function matchOf(assertion: Assertion, sentence: Sentence, idf: Idf): Match {
  const all = new Share();
  const named = new Share();
  const shares = saidShares(assertion, sentence);
  for (const [at, term] of [...assertion.terms].entries()) {
    const weight = idf(term);
    const said = shares[at] ?? 0;
    all.add(weight, said);
    if (assertion.named.has(term)) named.add(weight, said);
  }
  const returned = new Share();
  for (const term of sentence.counts.keys()) {
    returned.add(idf(term), assertion.terms.has(term) ? 1 : 0);
  }
  const coverage = all.value ?? 0;
  return {
    coverage,
    rare: rareShare(assertion, sentence, idf),
    named: named.value ?? coverage,
    valued: valuedShare(assertion, sentence) ?? coverage,
    paired: pairedShare(assertion, sentence),
    returned: returned.value ?? 0,
  };
}

/** {@link Match.rare} alone. */
export function rareShare(assertion: Assertion, sentence: Sentence, idf: Idf): number {
  const rare = new Share();
  const shares = saidShares(assertion, sentence);
  for (const [at, term] of [...assertion.terms].entries())
    rare.add(idf(term) ** 2, shares[at] ?? 0);
  return rare.value ?? 0;
}

/**
 * The coverage by sentences together: by the run of `length` in a row on one page that covers most,
 * and by all of them.
 */
export function jointCoverage(
  assertion: Assertion,
  sentences: readonly Sentence[],
  length: number,
  idf: Idf,
): { best: number; all: number } {
  const weights = [...assertion.terms].map(idf);
  const said = sentences.map((sentence) => saidShares(assertion, sentence));
  const covered = (shares: readonly (readonly number[])[]): number => {
    const joint = new Share();
    for (const [at, weight] of weights.entries()) {
      let most = 0;
      for (const one of shares) most = Math.max(most, one[at] ?? 0);
      joint.add(weight, most);
    }
    return joint.value ?? 0;
  };
  let best = 0;
  for (const [from, { page }] of sentences.entries()) {
    const run = said.slice(from, from + length);
    best = Math.max(best, covered(run.filter((_, at) => sentences[from + at]?.page === page)));
  }
  return { best, all: covered(said) };
}

/** A weighed mean that is told apart from one of nothing. */
class Share {
  #total = 0;
  #held = 0;

  add(weight: number, share: number): void {
    this.#total += weight;
    this.#held += weight * share;
  }

  get value(): number | null {
    return this.#total > 0 ? this.#held / this.#total : null;
  }
}

/** What another word of the same family or meaning is worth. */
const KINDRED = 0.7;
/** Words with so long a common beginning are taken for one family: "emit", "emission" are not. */
const FAMILY_UNITS = 5;

const sharesTo = oncePer((_: Assertion) => new Map<Sentence, readonly number[]>());

/** For each term of the assertion, how far the sentence says it. */
function saidShares(assertion: Assertion, sentence: Sentence): readonly number[] {
  const known = sharesTo(assertion);
  const shares = known.get(sentence) ?? readShares(assertion, sentence);
  known.set(sentence, shares);
  return shares;
}

function readShares({ terms }: Assertion, { counts }: Sentence): number[] {
  const families = new Set<string>();
  for (const other of counts.keys()) {
    if (other.length >= FAMILY_UNITS) families.add(other.slice(0, FAMILY_UNITS));
  }
  return [...terms].map((term) => {
    if (counts.has(term)) return 1;
    if (/^\d/.test(term)) return 0;
    const isKindred =
      families.has(term.slice(0, FAMILY_UNITS)) ||
      synonyms(term).some((other) => counts.has(other));
    return isKindred ? KINDRED : 0;
  });
}

function valuedShare(assertion: Assertion, sentence: Sentence): number | null {
  if (assertion.values.length === 0) return null;
  const held = sentence.values;
  const borne = assertion.values.filter((value) =>
    held.some((other) => other.kind === value.kind && !valuesDiffer(value, other)),
  );
  return borne.length / assertion.values.length;
}

function pairedShare(assertion: Assertion, sentence: Sentence): number {
  if (assertion.pairs.size === 0) return 0;
  const own = pairsOf(sentence.tokens);
  return [...assertion.pairs].filter((pair) => own.has(pair)).length / assertion.pairs.size;
}

function pairsOf(found: readonly Token[]): Set<string> {
  return new Set(found.slice(1).map(({ term }, at) => `${found[at]?.term} ${term}`));
}
