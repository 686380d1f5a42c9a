import { names } from '../text/names';
import { NEGATION } from '../text/stopWords';
import { terms } from '../text/terms';
import { type Value, values } from '../text/values';

/** What a sentence may rest on. */
export interface Ground {
  /** One quote: two half-truths of two sources would make a lie that neither tells. */
  quote: string;
  /** The asker's own words: what they name may be named, but it proves nothing. */
  question: string;
  /** Words that some finding has without a capital: at the head of a sentence they are no names. */
  ordinary: ReadonlySet<string>;
}

/** Of a sentence's words, the share that the quote or the question must have. */
const MIN_SHARE = 0.6;
const CONNECTIVES = new Set(
  `according additionally also although because but by consequently finally first furthermore
  however in it its meanwhile moreover overall reportedly second similarly since sources that the
  therefore they this these thus while`.split(/\s+/),
);

/**
 * Whether a quote carries a sentence: each number, date and name of it stands in the quote, most of
 * its words do, and it denies something if and only if the quote does. Which of two things did what to the
 * other it cannot see; that is why the quotes stand beside the brief.
 */
export function carries(sentence: string, ground: Ground): boolean {
  const { quote: said } = ground;
  return (
    hasItsFigures(sentence, said) &&
    hasItsNames(sentence, said, ground) &&
    hasItsWords(sentence, said, ground.question) &&
    NEGATION.test(said) === NEGATION.test(sentence)
  );
}

function hasItsFigures(sentence: string, said: string): boolean {
  const known = values(said);
  const own = values(sentence);
  if (!own.every((value) => known.some((other) => bears(other, value)))) return false;
  const digits = new Set(figures(said));
  const inValues = (at: number) => own.some(({ start, end }) => start <= at && at < end);
  return [...sentence.matchAll(FIGURE)].every(
    (match) => inValues(match.index) || digits.has(plainFigure(match[0])),
  );
}

const FIGURE = /\p{N}+(?:[.,]\p{N}+)*/gu;

function figures(text: string): string[] {
  return [...text.matchAll(FIGURE)].map((match) => plainFigure(match[0]));
}

function plainFigure(figure: string): string {
  return figure.replace(/,(?=\d{3})/g, '');
}

/** A day proves its year, but a year no day; a number proves itself alone. */
function bears(known: Value, value: Value): boolean {
  if (known.kind !== value.kind) return false;
  if (value.kind === 'date')
    return known.value === value.value || known.value.startsWith(`${value.value}-`);
  return known.value === value.value && (value.kind === 'number' || known.unit === value.unit);
}

function hasItsNames(sentence: string, said: string, { question, ordinary }: Ground): boolean {
  const known = new Set([...terms(said), ...terms(question)]);
  return names(sentence).every(({ text, start }) => {
    const words = text.split(/\s+/);
    // The head of a sentence has its capital whether it is a name or not.
    const own = start === 0 && isOrdinary(words[0], ordinary) ? words.slice(1) : words;
    return terms(own.join(' ')).every((term) => known.has(term));
  });
}

function isOrdinary(word: string | undefined, ordinary: ReadonlySet<string>): boolean {
  const lower = (word ?? '').toLowerCase();
  return CONNECTIVES.has(lower) || ordinary.has(lower);
}

function hasItsWords(sentence: string, said: string, question: string): boolean {
  const own = new Set(terms(sentence));
  if (own.size === 0) return false;
  const quoted = new Set(terms(said));
  const asked = new Set(terms(question));
  const inQuotes = [...own].filter((term) => quoted.has(term)).length;
  const inEither = [...own].filter((term) => quoted.has(term) || asked.has(term)).length;
  return inQuotes > 0 && inEither >= MIN_SHARE * own.size;
}

/** The words that texts have in small letters. */
export function ordinaryWords(texts: readonly string[]): Set<string> {
  return new Set(texts.flatMap((text) => text.match(/(?<!\p{L})\p{Ll}+/gu) ?? []));
}
