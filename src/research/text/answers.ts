import { speaksOfNouns } from './anchor';
import type { Corpus, Sentence } from './corpus';
import { oncePer, oncePerQuestion } from './once';
import type { Question } from './question';
import { synonyms } from './synonyms';
import { terms } from './terms';
import type { Value } from './values';

/** What a sentence seems to answer: the value of the asked kind nearest to what is asked. */
export interface Answer {
  /** Two answers of one kind can be compared. */
  kind: string;
  /** Normal form; equal keys are the same answer. */
  key: string;
  /** What is counted; empty when nothing is. */
  unit: string;
  /** Offsets in the sentence. */
  start: number;
  end: number;
  /** True when the sentence says what is asked about, near the answer. */
  strong: boolean;
}

/** Further away than this, a value belongs to another statement. */
const NEAR_UNITS = 70;
/** Names are everywhere: one must stand closer. */
const NEAR_NAME_UNITS = 30;

const MAKER =
  /\b(?:artist|author|writer|wrote|written|director|directed|produced|producer|composer|composed|architect|designed|singer|band|creator|created|performed|painted|invented|founded|built)\b/i;

export const answerIn = oncePerQuestion(findAnswer);

function findAnswer(corpus: Corpus, sentence: Sentence, question: Question): Answer | null {
  const options = answersOf(sentence, question);
  if (options.length === 0) return null;
  const cues = cuePlaces(sentence, question);
  const onSubject = isAbout(corpus, sentence, question);
  const reach = isName(question) ? NEAR_NAME_UNITS : NEAR_UNITS;
  let best: Answer | null = null;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const option of options) {
    const distance = isBylined(sentence, question, option)
      ? BYLINED_UNITS
      : Math.min(...cues.map((cue) => gap(cue, option)), 400);
    if (distance >= bestDistance) continue;
    bestDistance = distance;
    // A member of a closed class answers wherever the subject is spoken of.
    const near = question.kind !== null || distance <= reach;
    best = { ...option, strong: onSubject && near };
  }
  return best;
}

/** Nearer than any word that asks: the maker stands behind "by". */
const BYLINED_UNITS = -1;
const BYLINE =
  /\b(?:[Bb]y|[Cc]redited to) (?:(?:the|The|an?) )?(?:\p{Lu}\p{Ll}+(?:an|ish|ese|ch|ic) )?(?:\p{Ll}[\p{L}\p{M}-]* ){0,5}(?:[Tt]he )?$/u;

/** "An album by X", "directed by the American duo X": of works, the name after "by" is the maker's. */
function isBylined(sentence: Sentence, question: Question, option: Option): boolean {
  return (
    isName(question) &&
    MAKER.test(question.text) &&
    BYLINE.test(sentence.text.slice(0, option.start))
  );
}

function isName({ answer }: Question): boolean {
  return answer === 'person' || answer === 'place' || answer === 'name';
}

type Option = Omit<Answer, 'strong'>;

function answersOf(sentence: Sentence, question: Question): Option[] {
  const { answer } = question;
  if (answer === 'date' || answer === 'number') {
    return counted(question, sentence.values)
      .filter((value) => (value.kind === 'date') === (answer === 'date'))
      .filter((value) => answer === 'date' || !isRate(sentence, value))
      .filter((value) => answer === 'date' || !isDerived(sentence, value, question))
      .map(({ kind, value, unit, start, end }) => ({ kind, key: value, unit, start, end }));
  }
  if (question.kind) {
    return [...sentence.text.matchAll(question.kind)].map(({ 0: member, index }) => ({
      kind: answer,
      key: terms(member).join(' '),
      unit: '',
      start: index,
      end: index + member.length,
    }));
  }
  if (!isName(question)) return [];
  const asked = new Set(question.terms);
  return sentence.names
    .filter((name) => !name.key.split(' ').some((term) => asked.has(term)))
    .map(({ key, start, end }) => ({ kind: answer, key, unit: '', start, end }));
}

/** "How many turbines" is answered by turbines, not by porpoises; by a bare number at need. */
function counted(question: Question, found: readonly Value[]): readonly Value[] {
  const units = countedUnits(question);
  const numbers = found.filter((value) => value.kind === 'number');
  if (units === null || numbers.every((value) => value.unit === '')) return found;
  return numbers.some((value) => units.has(value.unit))
    ? found.filter((value) => units.has(value.unit) || value.unit === '')
    : [];
}

const countedUnits = oncePer(({ text, answer }: Question): ReadonlySet<string> | null => {
  const word = answer === 'number' ? /\bhow many (\p{L}+)/iu.exec(text)?.[1] : undefined;
  const term = word ? terms(word)[0] : undefined;
  return term ? new Set([term, ...synonyms(term)]) : null;
});

/** "389 people per square mile" does not say how many people there are. */
function isRate(sentence: Sentence, value: { end: number }): boolean {
  return /^\s*\S{0,15}\s?(?:per\b|\/\s?[a-z])/i.test(
    sentence.text.slice(value.end, value.end + 25),
  );
}

/** "A median age of 40" is another figure than the age. */
const DERIVED = /\b(?:density|median|average|mean|per capita|projected)\b[^.,;:]{0,30}$/i;

function isDerived({ text }: Sentence, value: { start: number }, question: Question): boolean {
  const word = DERIVED.exec(text.slice(0, value.start))?.[0].split(' ')[0] ?? '';
  return word !== '' && !question.text.toLowerCase().includes(word.toLowerCase());
}

interface Place {
  start: number;
  end: number;
}

/** The predicate, or a word that may stand for it. */
const cuesOf = oncePer(({ focus, predicate }: Question): ReadonlySet<string> => {
  const own = focus.length > 0 ? focus : predicate;
  return new Set(own.flatMap((term) => [term, ...synonyms(term)]));
});

/** Where the sentence says what is asked. */
function cuePlaces(sentence: Sentence, question: Question): Place[] {
  const wanted = cuesOf(question);
  return sentence.tokens.filter((token) => wanted.has(token.term));
}

function gap(a: Place, b: Place): number {
  return Math.max(0, a.start - b.end, b.start - a.end);
}

/** True when the page speaks of every name of the question, if only by its surname. */
function isAbout(corpus: Corpus, sentence: Sentence, question: Question): boolean {
  const page = corpus.pages[sentence.page];
  if (!page || question.names.length === 0) return false;
  if (!speaksOfNouns(corpus, sentence, question)) return false;
  return question.names.every((name) => {
    const parts = name.key.split(' ');
    const spoken = parts.filter((term) => page.holds(term) || page.titleTerms.includes(term));
    return 2 * spoken.length >= parts.length;
  });
}
