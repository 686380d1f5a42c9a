import { answerIn } from '../text/answers';
import { type Corpus, sentenceNames } from '../text/corpus';
import { type Question, readQuestion } from '../text/question';
import type { Gap, Plan, PlannedQuery } from '../types';
import type { Claim } from './verify';

/** What was done for one sub-question up to now: the proof of search. */
export interface Searched {
  subQuestion: number;
  queries: readonly string[];
  foundCount: number;
  unreadCount: number;
}

/** A claim that covers less of its question speaks of something else. */
const ON_TOPIC_COVERAGE = 0.3;
/** A sub-question whose best claim covers less is open. */
const ANSWERED_COVERAGE = 0.5;
const SETTLED_COVERAGE = 0.8;
const MIN_RELATIVE_SCORE = 0.3;
const MAX_FOLLOW_UPS = 3;
const BRIDGE_SEEDS = 3;
const MAX_FOLLOW_UP_UNITS = 120;

/**
 * The claims of one sub-question that stand. Nothing does when even the best one is off topic; else
 * those not far behind the best, because the second step of an answer often shares no word with
 * the question.
 */
export function supported(claims: readonly Claim[]): Claim[] {
  const best = claims[0]?.lead.score ?? 0;
  const onTopic = claims.slice(0, 5).some(({ lead }) => lead.coverage >= ON_TOPIC_COVERAGE);
  if (!onTopic) return [];
  return claims.filter(({ lead }) => lead.score >= MIN_RELATIVE_SCORE * best);
}

/** The sub-questions that no claim answers well enough. */
export function gapsOf(
  plan: Plan,
  bySubQuestion: readonly (readonly Claim[])[],
  searched: readonly Searched[],
): Gap[] {
  const open = plan.subQuestions.map(
    (text, index) => !isAnswered(readQuestion(text), bySubQuestion[index] ?? []),
  );
  const parts = open.slice(1);
  // The question as a whole is answered when each of its parts is.
  if (parts.length > 0 && parts.every((isOpen) => !isOpen)) open[0] = false;
  return plan.subQuestions.flatMap((text, subQuestion) => {
    if (!open[subQuestion]) return [];
    const done = searched.filter((entry) => entry.subQuestion === subQuestion);
    return [
      {
        subQuestion,
        text,
        searched: [...new Set(done.flatMap((entry) => entry.queries))],
        foundCount: done.reduce((sum, entry) => sum + entry.foundCount, 0),
        unreadCount: done.reduce((sum, entry) => sum + entry.unreadCount, 0),
      },
    ];
  });
}

/** The steps of an answer may stand in several claims: the best ones count together. */
function isAnswered(question: Question, claims: readonly Claim[]): boolean {
  const best = claims.filter(({ status }) => status !== 'unverified').slice(0, BRIDGE_SEEDS);
  const held = new Set(best.flatMap(({ lead }) => lead.matched));
  const coverage = Math.max(
    held.size / Math.max(1, question.terms.length),
    ...best.map(({ lead }) => lead.coverage),
  );
  return best.length > 0 && coverage >= ANSWERED_COVERAGE;
}

/**
 * What the next wave asks: for each sub-question the names that its best claims bring up and the
 * question does not hold (the bridge of a two-step question), and for an open one its bare words.
 */
export function followUps(
  corpus: Corpus,
  plan: Plan,
  bySubQuestion: readonly (readonly Claim[])[],
  gaps: readonly Gap[],
  searched: readonly Searched[],
): PlannedQuery[] {
  const asked = new Set(searched.flatMap((entry) => entry.queries.map(keyOf)));
  const found: PlannedQuery[] = [];
  for (const [subQuestion, text] of plan.subQuestions.entries()) {
    const isOpen = gaps.some((gap) => gap.subQuestion === subQuestion);
    const claims = bySubQuestion[subQuestion] ?? [];
    if (!isOpen && isSettled(corpus, readQuestion(text), claims)) continue;
    const wanted = bridges(corpus, text, claims);
    if (isOpen) wanted.unshift(bareWords(text));
    for (const query of wanted.slice(0, MAX_FOLLOW_UPS)) {
      const key = keyOf(query);
      if (key === '' || key === keyOf(text) || asked.has(key)) continue;
      asked.add(key);
      found.push({ subQuestion, text: query });
    }
  }
  return found;
}

/** One claim says all that is asked, with a value of the asked kind: no second step is needed. */
function isSettled(corpus: Corpus, question: Question, claims: readonly Claim[]): boolean {
  return claims.slice(0, BRIDGE_SEEDS).some(({ lead, status }) => {
    if (lead.coverage < SETTLED_COVERAGE || status === 'unverified') return false;
    if (question.answer === 'any' || question.answer === 'yes-no') return true;
    return answerIn(corpus, lead.sentence, question)?.strong ?? false;
  });
}

function keyOf(query: string): string {
  return query.toLowerCase().trim();
}

function bareWords(text: string): string {
  const { names, predicateWords } = readQuestion(text);
  return [...names.map((name) => name.text), ...predicateWords]
    .join(' ')
    .slice(0, MAX_FOLLOW_UP_UNITS);
}

/** Names of the best claims that have no page of their own yet, the most telling first. */
function bridges(corpus: Corpus, text: string, claims: readonly Claim[]): string[] {
  const question = readQuestion(text);
  const asked = new Set(question.terms);
  const titles = new Set(corpus.pages.map((page) => page.titleTerms.join(' ')));
  const weights = new Map<string, { text: string; weight: number }>();
  for (const { lead } of claims.slice(0, BRIDGE_SEEDS)) {
    for (const name of sentenceNames(lead.sentence)) {
      const own = name.key.split(' ').filter((term) => !asked.has(term));
      if (own.length === 0 || titles.has(name.key) || name.text.length > 80) continue;
      const weight = lead.score * Math.max(...own.map((term) => corpus.idf(term)));
      const known = weights.get(name.key)?.weight ?? 0;
      weights.set(name.key, { text: name.text, weight: known + weight });
    }
  }
  return [...weights.values()]
    .sort((a, b) => b.weight - a.weight || (a.text < b.text ? -1 : 1))
    .map((name) => name.text)
    .slice(0, MAX_FOLLOW_UPS);
}
