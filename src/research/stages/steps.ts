import { answerIn } from '../text/answers';
import type { Corpus, Sentence } from '../text/corpus';
import { saysByForm } from '../text/cues';
import type { Question } from '../text/question';
import { isStatement } from '../text/statement';
import { synonyms } from '../text/synonyms';
import type { Claim } from './verify';

/** So many of the best claims may be a first step. */
const FIRST_STEPS = 5;

/**
 * The claims that answer in two steps: the first speaks of what the question names and names
 * another thing; the second speaks of that thing and says what is asked: "The bridge was built by
 * Holt", "Holt was born in Vessby". Empty when no claim leads on. Best first.
 */
export function stepsOf(
  corpus: Corpus,
  question: Question,
  claims: readonly Claim[],
): ReadonlySet<Claim> {
  const steps = new Set<Claim>();
  const firsts = claims
    .slice(0, FIRST_STEPS)
    .filter(({ lead }) => namesSubject(corpus, lead.sentence, question));
  for (const first of firsts) {
    const bridges = bridgesOf(first.lead.sentence, question);
    if (bridges.length === 0) continue;
    const seconds = claims.filter((claim) => leadsTo(corpus, question, first, claim, bridges));
    if (seconds.length > 0) for (const claim of [first, ...seconds]) steps.add(claim);
  }
  return steps;
}

/** True when a sentence, with its page's title, holds a whole name of the question. */
export function namesSubject(corpus: Corpus, sentence: Sentence, { names }: Question): boolean {
  return names.some(({ key }) => speaksOf(corpus, sentence, key.split(' ')));
}

function leadsTo(
  corpus: Corpus,
  question: Question,
  first: Claim,
  second: Claim,
  names: readonly string[][],
): boolean {
  const from = first.lead.sentence;
  const to = second.lead.sentence;
  const bridges = names.filter((name) => speaksOf(corpus, to, name));
  if (bridges.length === 0 || from === to || !isStatement(to)) return false;
  return (
    !namesSubject(corpus, to, question) &&
    saysMore(from, to, question) &&
    answers(corpus, to, question, bridges)
  );
}

/** The names that the question does not hold, each as its terms. */
function bridgesOf(sentence: Sentence, question: Question): string[][] {
  const asked = new Set(question.terms);
  return sentence.names
    .map(({ key }) => key.split(' '))
    .filter((name) => !name.some((term) => asked.has(term)));
}

function speaksOf(corpus: Corpus, sentence: Sentence, name: readonly string[]): boolean {
  const title = corpus.pages[sentence.page]?.titleTerms ?? [];
  return name.every((term) => sentence.counts.has(term) || title.includes(term));
}

/** The second step says something that is asked and that the first left open. */
function saysMore(from: Sentence, to: Sentence, { focus }: Question): boolean {
  return focus.some((term) => says(to, term) && !from.counts.has(term));
}

function says(sentence: Sentence, term: string): boolean {
  return (
    sentence.counts.has(term) ||
    synonyms(term).some((other) => sentence.counts.has(other)) ||
    saysByForm(sentence.text, term)
  );
}

/** Something of the kind that is asked for stands there, beside the name that led there. */
function answers(
  corpus: Corpus,
  sentence: Sentence,
  question: Question,
  bridges: readonly (readonly string[])[],
): boolean {
  const { answer } = question;
  if (answer === 'any' || answer === 'yes-no') return true;
  if (answer === 'date' || answer === 'number' || answer === 'kind') {
    return answerIn(corpus, sentence, question) !== null;
  }
  // "Tellin University" answers "which university": a word of its own is enough.
  const told = new Set([...bridges.flat(), ...question.terms]);
  return sentence.names.some(({ key }) => key.split(' ').some((term) => !told.has(term)));
}
