import { type Corpus, type Sentence, sentenceNames } from './corpus';
import type { Question } from './question';
import { terms } from './terms';

/** A name that begins later than this is not what the sentence speaks of. */
const HEAD_UNITS = 25;
const MIN_LIKENESS = 0.6;
/** Then the subject was named before, most likely in the title. */
const STANDS_FOR_SUBJECT =
  /^\W*(?:it|he|she|they|this|these|those|his|her|their|its|the \p{Ll}+ (?:is|was|were|are|has|had))\b/iu;

/**
 * False when two sentences speak of different things: then nothing that they say can clash. A
 * sentence without a name at its head speaks of its page's title, if the text bears the title out.
 */
export function mayShareSubject(corpus: Corpus, a: Sentence, b: Sentence): boolean {
  return compatible(subjectOf(corpus, a), subjectOf(corpus, b));
}

/** False when the pages of two sentences are, by their titles, about different things. */
export function mayShareTitle(corpus: Corpus, a: Sentence, b: Sentence): boolean {
  return compatible(titleOf(corpus, a), titleOf(corpus, b));
}

/**
 * False when both sentences begin with a name like one of the question's, and these are the names
 * of two things: the Corran Mill and the Tarn Mill.
 */
export function mayShareHead(question: Question, a: Sentence, b: Sentence): boolean {
  const asked = new Set(question.names.flatMap((name) => name.key.split(' ')));
  const likeAsked = (of: Sentence) => {
    const head = headOf(of);
    return head?.some((term) => asked.has(term)) ? head : null;
  };
  return compatible(likeAsked(a), likeAsked(b));
}

const QUALIFIER_UNITS = 60;
const OPENING_UNITS = 200;

/** "Big Fun (Davis album)" and "Big Fun (Shalamar album)" are two things by their own account. */
export function areToldApart(
  corpus: Corpus,
  question: Question,
  a: Sentence,
  b: Sentence,
): boolean {
  const opening = ({ page }: Sentence) => {
    const { title = '', text = '' } = corpus.pages[page]?.page ?? {};
    return `${title}\n${text.slice(0, OPENING_UNITS)}`;
  };
  const left = qualifierOf(question, opening(a));
  const right = qualifierOf(question, opening(b));
  return left !== null && right !== null && left !== right;
}

/** The parenthesis right after a name of the question, folded; null when there is none. */
function qualifierOf(question: Question, text: string): string | null {
  const lower = text.toLowerCase();
  for (const name of question.names) {
    const at = lower.indexOf(name.text.toLowerCase());
    if (at === -1) continue;
    const after = lower.slice(at + name.text.length, at + name.text.length + QUALIFIER_UNITS);
    const qualifier = /^["”]?\s*\(([^()]+)\)/.exec(after)?.[1];
    if (qualifier) return terms(qualifier).join(' ');
  }
  return null;
}

function compatible(left: string[] | null, right: string[] | null): boolean {
  if (left === null || right === null) return true;
  const onlyLeft = left.filter((term) => !right.includes(term));
  const onlyRight = right.filter((term) => !left.includes(term));
  if (onlyLeft.length === 0 || onlyRight.length === 0) return true;
  // "The 2008 season" and "the 2015 season" are two things, however long their common name is.
  if (onlyLeft.some(isNumber) && onlyRight.some(isNumber)) return false;
  const shared = left.length - onlyLeft.length;
  return shared / (shared + onlyLeft.length + onlyRight.length) >= MIN_LIKENESS;
}

function subjectOf(corpus: Corpus, sentence: Sentence): string[] | null {
  return headOf(sentence) ?? titleOf(corpus, sentence);
}

function headOf(sentence: Sentence): string[] | null {
  if (STANDS_FOR_SUBJECT.test(sentence.text)) return null;
  const head = sentenceNames(sentence).find((name) => name.start <= HEAD_UNITS);
  return head ? numbered(sentence, head.key.split(' '), head.start) : null;
}

function titleOf(corpus: Corpus, sentence: Sentence): string[] | null {
  const page = corpus.pages[sentence.page];
  if (!page || page.titleTerms.length === 0) return null;
  const borneOut = page.titleTerms.filter((term) => page.counts.has(term)).length;
  return 2 * borneOut >= page.titleTerms.length ? page.titleTerms : null;
}

/** A number right before a name belongs to it: "the 2015 Knights". */
function numbered(sentence: Sentence, terms: string[], start: number): string[] {
  const before = sentence.tokens.filter((token) => token.end <= start).at(-1);
  if (!before || !isNumber(before.term) || start - before.end > 1) return terms;
  return [before.term, ...terms];
}

function isNumber(term: string): boolean {
  return /^\d/.test(term);
}
