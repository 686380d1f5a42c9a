import { names } from '../text/names';
import { nounPhrases } from '../text/nounPhrase';
import type { Plan, PlannedQuery } from '../types';

export interface PlanInput {
  question: string;
  /** Given by the caller: then nothing is split by rule. */
  subQuestions?: readonly string[] | undefined;
  /** At most so many sub-questions, the question itself among them. */
  branches: number;
}

const MAX_QUERY_UNITS = 300;
const INTERROGATIVE = '(?:who|whom|whose|what|which|when|where|why|how)';
const COMPARISON = [
  /\b(?:difference|differences|comparison|similarities)\s+between\s+(?<left>.+?)\s+and\s+(?<right>.+?)[?.!]*$/i,
  /^(?:compare\s+)?(?<left>.+?)\s+(?:vs\.?|versus|compared (?:to|with))\s+(?<right>.+?)[?.!]*$/i,
  /^compare\s+(?<left>.+?)\s+(?:and|with|to)\s+(?<right>.+?)[?.!]*$/i,
];

/** Sub-questions by rule. The first is the question itself; none is said twice. */
export function plan(input: PlanInput): Plan {
  const question = oneLine(input.question);
  const parts = input.subQuestions?.length ? input.subQuestions.map(oneLine) : split(question);
  const subQuestions: string[] = [];
  const seen = new Set<string>();
  for (const part of [question, ...parts]) {
    const key = part
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, ' ')
      .trim();
    if (part === '' || seen.has(key)) continue;
    seen.add(key);
    subQuestions.push(part);
  }
  if (subQuestions.length === 0) subQuestions.push(question);
  return { question, subQuestions: subQuestions.slice(0, Math.max(1, input.branches)) };
}

/** What the next wave asks: the follow-ups of the wave before, or the sub-questions at first. */
export function queries(planned: Plan, followUps: readonly PlannedQuery[]): PlannedQuery[] {
  const wanted =
    followUps.length > 0
      ? followUps
      : planned.subQuestions.map((text, subQuestion) => ({ subQuestion, text }));
  const seen = new Set<string>();
  return wanted
    .map(({ subQuestion, text }) => ({
      subQuestion,
      text: oneLine(text).slice(0, MAX_QUERY_UNITS),
    }))
    .filter(
      ({ text }) => text !== '' && !seen.has(text.toLowerCase()) && seen.add(text.toLowerCase()),
    );
}

function split(question: string): string[] {
  const several = question.match(/[^?]+\?+/g)?.map(oneLine) ?? [];
  if (several.length > 1) return several.flatMap((part) => [part, ...split(part)]);
  return [...comparison(question), ...alternatives(question), ...conjunction(question)];
}

function comparison(question: string): string[] {
  for (const pattern of COMPARISON) {
    const { left, right } = pattern.exec(question)?.groups ?? {};
    if (left && right && left.length < 120 && right.length < 120) {
      return [left, right].map((side) => side.replace(/^the\s+/i, ''));
    }
  }
  return [];
}

/** "Who was born first, Ada Byron or Mary Somerville?" asks the same about each. */
function alternatives(question: string): string[] {
  const pair = /(?<left>\p{Lu}[^,?]*?),?\s+or\s+(?<right>\p{Lu}[^,?]*)/u.exec(question);
  const { left, right } = pair?.groups ?? {};
  if (!pair || !left || !right) return [];
  // After a comma all of it is the name: "…, Race to Nowhere or SlamNation?"
  const isWhole = /[,:]\s*$/.test(question.slice(0, pair.index));
  const leftName = isWhole ? left : names(left).at(-1)?.text;
  if (!leftName) return [];
  const rest = oneLine(question.replace(pair[0], ' ').replace(/[,?\s]+$/, ''));
  return [leftName, right.trim()].map((name) => `${name}: ${rest}`);
}

/** "Who built it and when was it opened?" is two questions; so is "when and where did X die?". */
function conjunction(question: string): string[] {
  const pair = new RegExp(
    `^(?<first>${INTERROGATIVE})\\s+and\\s+(?<second>${INTERROGATIVE})\\s+(?<rest>.+)$`,
    'i',
  ).exec(question)?.groups;
  if (pair) return [`${pair.first} ${pair.rest}`, `${pair.second} ${pair.rest}`];
  const parts = clauses(question);
  if (parts.length < 2) return [];
  const [first = ''] = parts;
  const subject = nounPhrases(first)
    .map((name) => name.text)
    .join(', ');
  return parts.map((part, index) => {
    if (index === 0) return part;
    if (BARE.test(part) && YES_NO.test(first)) return askedOfAll(part, first);
    // A later part often says only "it" or "there": it is asked with the first one's names.
    return subject !== '' && names(part).length === 0 ? `${subject}: ${part}` : part;
  });
}

/** "Is it banned, and since when?": since when is it banned? */
function askedOfAll(bare: string, whole: string): string {
  const asked = unmarked(whole);
  return `${unmarked(bare)} ${asked.charAt(0).toLowerCase()}${asked.slice(1)}?`;
}

function unmarked(text: string): string {
  return text.replace(/[?.!\s]+$/, '');
}

const PREPOSITION = '(?:in|at|by|for|to|from|since|until|on|with|of)';
const AUXILIARY =
  '(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might|must)';
/** "And when …", "and is it …": another question begins. */
const NEXT_QUESTION = new RegExp(
  `,?\\s+and\\s+(?=(?:${PREPOSITION}\\s+)?${INTERROGATIVE}\\b|${AUXILIARY}\\s+(?:it|he|she|they|there)\\b)`,
  'i',
);
/** After a bare comma only the word order of a question tells it from a relative clause. */
const INVERTED_CLAUSE = new RegExp(
  `,\\s+(?=(?:${PREPOSITION}\\s+)?(?:how\\s+(?:many|much|long|far|old|big|large|high|deep|tall|often)\\b|(?:when|where|why|how|what)\\s+${AUXILIARY}\\b))`,
  'i',
);

const BARE = new RegExp(`^(?:${PREPOSITION}\\s+)?${INTERROGATIVE}[?.!\\s]*$`, 'i');
const YES_NO = new RegExp(`^${AUXILIARY}\\b`, 'i');

/** What is said around the questions, "I would like to know", asks nothing. */
const ASKS = new RegExp(`\\b${INTERROGATIVE}\\b|^${AUXILIARY}\\b`, 'i');

function clauses(question: string): string[] {
  return question
    .split(NEXT_QUESTION)
    .flatMap((part) => part.split(INVERTED_CLAUSE))
    .map(oneLine)
    .filter((part) => ASKS.test(part));
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
