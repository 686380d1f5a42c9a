import type { Assertion, Match } from './assertion';
import type { Sentence } from './corpus';
import { oncePer } from './once';
import { holdOpposites } from './synonyms';
import { terms } from './terms';
import { type Value, valuesDiffer } from './values';

/** Words that say that something goes up, and down. */
const RISING = new Set(
  terms(
    'increase rise rose risen grow grew grown growth gain gained climb climbed higher high more expand accelerate intensify strengthen warm warmer hot hotter heat record surge double greater larger faster raise elevated add worse',
  ),
);
const FALLING = new Set(
  terms(
    'decrease decline fall fell fallen drop reduce reduction lower low less shrink shrank lose lost loss melt retreat cool cold colder slow slower weaken diminish fewer smaller thin deplete shed',
  ),
);

/** What an assertion says about itself: sweeping and denying ones are refuted more often. */
const CLAIMED = {
  none: /\b(?:no|none|nothing|nobody)\b/gi,
  not: /\b(?:not|never|cannot|neither|nor)\b|n['’]t\b/gi,
  absolute: /\b(?:all|every|always|never|none|only|entirely|completely|totally|simply|any|must)\b/i,
  proof: /\b(?:evidence|proof|proven|proved|data|stud(?:y|ies)|show(?:s|ed)?)\b/gi,
  prospect: /\b(?:will|would|can|may|could|might)\b/gi,
  list: /\b(?:and|or|also)\b|,/gi,
  dispute:
    /\b(?:myth|misconception|false(?:ly)?|incorrect|wrong|debunk|refute|reject|den(?:y|ies|ied|ial)|dispute|contradict|mislead|controvers|critici[sz]|s[ck]eptic|hoax|fraud|conspiracy|exaggerat|overestimat|error|fail|disagree|unfounded|claim)/i,
  ended:
    /\b(?:stop|cease|paus|halt|end(?:ed|s)?\b|unchanged|stable|flat\b|natural|insignificant|trivial|harmless|benefi|good\b|normal)/i,
};
/** Words of finding, grounds and causes. */
const GROUNDS =
  /\b(?:confirm|evidence|consensus|conclu|demonstrat|show|found\b|find|agree|indicat|observ|caus|due to|because|result|leads? to|leading to|led to|contribut|driven?\b|attribut)/i;

/** As evidence is worded: "no sign that", "unlikely", "a lack of". */
const DENIAL =
  /\b(?:not|never|no|none|nobody|neither|nor|cannot|without|nothing|fail(?:s|ed)? to|hardly|unlikely|little evidence|lack(?:s|ed|ing)?|unable)\b|n['’]t\b/i;

/** Counted up to two: a third "and" tells nothing more. */
function countOf(pattern: RegExp, text: string): number {
  return Math.min(2, text.match(pattern)?.length ?? 0);
}

function flag(holds: boolean): number {
  return holds ? 1 : 0;
}

/** What the assertion alone tells of how it may stand, in the order of the weights. */
export function claimedSigns({ text, terms: said }: Assertion): number[] {
  return [
    countOf(CLAIMED.none, text),
    countOf(CLAIMED.not, text),
    countOf(CLAIMED.proof, text),
    countOf(CLAIMED.prospect, text),
    countOf(CLAIMED.list, text),
    flag(CLAIMED.absolute.test(text)),
    flag(CLAIMED.dispute.test(text)),
    flag(CLAIMED.ended.test(text)),
    Math.log(1 + said.size),
  ];
}

export interface SentenceSigns {
  /** All of them, in the order of the weights. */
  own: readonly number[];
  /** Those that also tell something of the other sentences on the same assertion. */
  returned: number;
  negated: number;
  opposed: number;
  otherAmount: number;
  grounded: number;
}

/**
 * What a sentence tells about an assertion beside the words that they share. The title names what
 * the sentence leaves out.
 */
export function stanceSigns(
  assertion: Assertion,
  sentence: Sentence,
  title: string,
  match: Match,
): SentenceSigns {
  const negated = DENIAL.test(assertion.text) !== DENIAL.test(sentence.text);
  const course = directionOf(assertion.terms) * directionOf(sentence.counts.keys());
  const opposed = flag(course < 0 || holdOpposites(assertion.terms, sentence.counts));
  const otherAmount = flag(hasOtherAmount(assertion.values, sentence.values));
  const grounded = flag(GROUNDS.test(sentence.text));
  return {
    own: [
      match.coverage,
      Math.sqrt(match.coverage),
      match.rare,
      match.valued,
      match.returned,
      flag(negated),
      negated ? match.coverage : 0,
      opposed,
      flag(course > 0),
      otherAmount,
      grounded,
      flag(sentence.text.includes('?')),
      spelledShare(assertion, `${title} ${sentence.text}`),
    ],
    returned: match.returned,
    negated: flag(negated),
    opposed,
    otherAmount,
    grounded,
  };
}

/** How sentences stand on the whole: where most deny, one that says little mostly does so too. */
export function meanSigns(all: readonly SentenceSigns[]): number[] {
  const meanOf = (sign: (of: SentenceSigns) => number) =>
    all.reduce((sum, one) => sum + sign(one), 0) / Math.max(1, all.length);
  return [
    meanOf(({ returned }) => returned),
    meanOf(({ negated }) => negated),
    meanOf(({ opposed }) => opposed),
    meanOf(({ grounded }) => grounded),
  ];
}

const GRAM_UNITS = 4;

/** Of the runs of letters of one text, those that stand in the other: it forgives endings. */
function spelledShare(assertion: Assertion, other: string): number {
  const own = gramsOf(assertion);
  const spelled = spelledOut(other);
  let held = 0;
  for (const gram of own) if (spelled.includes(gram)) held++;
  return held / Math.max(1, own.size);
}

const gramsOf = oncePer(({ text }: Assertion): ReadonlySet<string> => {
  const spelled = spelledOut(text);
  const count = Math.max(0, spelled.length - GRAM_UNITS + 1);
  return new Set(Array.from({ length: count }, (_, at) => spelled.slice(at, at + GRAM_UNITS)));
});

/** Letters and digits alone, with one space between words and around them. */
function spelledOut(text: string): string {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return ` ${words.join(' ')} `;
}

/** 1 for what mostly rises, -1 for what mostly falls. */
function directionOf(said: Iterable<string>): number {
  let balance = 0;
  for (const term of said) balance += flag(RISING.has(term)) - flag(FALLING.has(term));
  return Math.sign(balance);
}

/** An amount that the sentence gives otherwise, in the same unit. */
function hasOtherAmount(claimed: readonly Value[], told: readonly Value[]): boolean {
  return claimed.some((value) => {
    if (value.kind === 'date') return false;
    const rivals = told.filter(({ kind, unit }) => kind === value.kind && unit === value.unit);
    return rivals.length > 0 && rivals.every((other) => valuesDiffer(value, other));
  });
}
