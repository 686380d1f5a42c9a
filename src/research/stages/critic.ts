import { entries } from '../text/anchor';
import { answerIn } from '../text/answers';
import type { Corpus, Sentence } from '../text/corpus';
import { asksForValue, type Question, readQuestion } from '../text/question';
import { isStatement } from '../text/statement';
import type { Gap, Plan, PlannedQuery } from '../types';
import type { Candidate } from './candidate';
import { focusShare, settles } from './relevance';
import { namesSubject, stepsOf } from './steps';
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
/** A sub-question of several steps whose best claims cover less is open. */
const ANSWERED_COVERAGE = 0.5;
const SETTLED_COVERAGE = 0.8;
const MIN_RELATIVE_SCORE = 0.3;
/** Beside the direct answers: how many closely related claims stand, and how close they are. */
const MAX_RELATED = 2;
const RELATED_RELATIVE_SCORE = 0.7;
const MAX_FOLLOW_UPS = 3;
const BRIDGE_SEEDS = 3;
const MAX_FOLLOW_UP_UNITS = 120;

/**
 * The claims that stand, for each sub-question. When the question was split, its parts speak for
 * it: of the whole only what answers most of it at once remains.
 */
export function supported(
  corpus: Corpus,
  questions: readonly Question[],
  bySubQuestion: readonly (readonly Claim[])[],
): Claim[][] {
  const standing = questions.map((question, index) => {
    const claims = bySubQuestion[index] ?? [];
    return isOneStep(corpus, question, claims, index > 0)
      ? answering(corpus, question, claims)
      : nearBest(corpus, question, claims);
  });
  const [whole, ...parts] = standing;
  if (!whole || parts.every((part) => part.length === 0)) return standing;
  const told = new Set(parts.flat().flatMap(sentencesOf));
  const beside = whole.filter(
    (claim) =>
      (claim.grade === 'direct' || claim.isProposed) &&
      !sentencesOf(claim).some((sentence) => told.has(sentence)),
  );
  return [beside, ...parts];
}

/** One sentence among the best says it all, or the kind of question leaves no second step. */
function isOneStep(
  corpus: Corpus,
  question: Question,
  claims: readonly Claim[],
  isPart: boolean,
): boolean {
  if (!question.isSimple && !isPart) return false;
  const best = claims.slice(0, 10);
  const isOpen = question.answer === 'any' || question.answer === 'yes-no';
  return isOpen
    ? best.some((claim) => claim.grade === 'direct')
    : best.some(({ lead }) => settles(corpus, question, lead));
}

/**
 * One step: what answers it; the best word of each page that would else not be heard and answers
 * too, be it about a namesake; and little beside.
 */
function answering(corpus: Corpus, question: Question, claims: readonly Claim[]): Claim[] {
  const best = claims[0]?.lead.score ?? 0;
  const near = claims.filter(({ lead }) => lead.score >= MIN_RELATIVE_SCORE * best);
  const direct = near.filter((claim) => claim.grade === 'direct');
  const stated = direct.filter(({ lead }) => isStatement(lead.sentence));
  const kept = new Set(stated.length > 0 ? stated : direct);
  for (const claim of near) if (claim.isProposed) kept.add(claim);
  const unheard = new Set(entries(corpus, question));
  if (unheard.size > 1) {
    for (const { page } of [...kept].flatMap(sentencesOf)) unheard.delete(page);
    const answers = ({ lead }: Claim) => answerIn(corpus, lead.sentence, question) !== null;
    const opens = ({ lead }: Claim) => lead.sentence.position === 0;
    for (const claim of [...near.filter(answers), ...near.filter(opens)]) {
      if (unheard.delete(claim.lead.sentence.page)) kept.add(claim);
    }
  }
  const wanted = asksForValue(question) ? 0 : MAX_RELATED;
  const related = near.filter(
    (claim) =>
      claim.grade === 'related' &&
      claim.lead.score >= RELATED_RELATIVE_SCORE * best &&
      !kept.has(claim),
  );
  for (const claim of related.slice(0, wanted)) kept.add(claim);
  return near.filter((claim) => kept.has(claim));
}

function sentencesOf({ lead, support, disputed }: Claim): Sentence[] {
  return [lead, ...support, ...disputed].map(({ sentence }) => sentence);
}

/**
 * Several steps: those that lead to an answer, and those not far behind the best, because the second
 * step often shares no word with the question. When none leads on and even the best claims are off
 * topic, nothing stands.
 */
function nearBest(corpus: Corpus, question: Question, claims: readonly Claim[]): Claim[] {
  const best = claims[0]?.lead.score ?? 0;
  const proposed = claims.filter(({ isProposed }) => isProposed);
  const onTopic = claims
    .slice(0, 5)
    .some(
      ({ lead }) =>
        lead.coverage >= ON_TOPIC_COVERAGE &&
        (!question.isSimple || focusShare(corpus, lead.sentence, question) > 0),
    );
  const steps = stepsOf(corpus, question, claims);
  if (!onTopic && steps.size === 0) return proposed;
  // A simple question has one way to its answer: what lies beside it is another thing's.
  const isBeside = ({ sentence }: Candidate) =>
    question.isSimple && steps.size > 0 && !namesSubject(corpus, sentence, question);
  return claims.filter(
    (claim) =>
      claim.isProposed ||
      steps.has(claim) ||
      (claim.lead.score >= MIN_RELATIVE_SCORE * best &&
        isStatement(claim.lead.sentence) &&
        !isBeside(claim.lead)),
  );
}

/** The sub-questions that no claim answers well enough. */
export function gapsOf(
  corpus: Corpus,
  plan: Plan,
  questions: readonly Question[],
  bySubQuestion: readonly (readonly Claim[])[],
  searched: readonly Searched[],
): Gap[] {
  const open = questions.map(
    (question, index) => !isAnswered(corpus, question, bySubQuestion[index] ?? []),
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
function isAnswered(corpus: Corpus, question: Question, claims: readonly Claim[]): boolean {
  const grounded = claims.filter(({ status }) => status !== 'unverified');
  if (question.isSimple) {
    // A page can have itself pointed out: that alone closes no question.
    const isDirect = grounded.some(
      ({ grade, isProposed }) => grade === 'direct' || (isProposed && grade === 'related'),
    );
    return isDirect || stepsOf(corpus, question, grounded).size > 0;
  }
  const best = grounded.slice(0, BRIDGE_SEEDS);
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
    const question = readQuestion(text);
    if (!isOpen && isSettled(corpus, question, claims)) continue;
    const wanted = bridges(corpus, question, claims);
    if (isOpen) wanted.unshift(bareWords(question));
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

function bareWords({ names, predicateWords }: Question): string {
  return [...names.map((name) => name.text), ...predicateWords]
    .join(' ')
    .slice(0, MAX_FOLLOW_UP_UNITS);
}

/** Names of the best claims that have no page of their own yet, the most telling first. */
function bridges(corpus: Corpus, question: Question, claims: readonly Claim[]): string[] {
  const asked = new Set(question.terms);
  const titles = new Set(corpus.pages.map((page) => page.titleTerms.join(' ')));
  const weights = new Map<string, { text: string; weight: number }>();
  for (const { lead } of claims.slice(0, BRIDGE_SEEDS)) {
    for (const name of lead.sentence.names) {
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
