import { names } from '../text/names';
import { NEGATION } from '../text/stopWords';
import { terms } from '../text/terms';
import { type Value, values } from '../text/values';

/** What all sentences of an answer are judged by. */
export interface Ground {
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
 * Judges whether a quote carries a sentence: each number, date and name of it stands in the quote,
 * most of its words do, and it denies something if and only if the quote does. It is one quote: two
 * half-truths of two sources would make a lie that neither tells. Which of two things did what to
 * the other it cannot see; that is why the quotes stand beside the brief.
 */
export function createSupport(ground: Ground): (sentence: string, quote: string) => boolean {
  const asked = new Set(terms(ground.question));
  // Many sentences are held against the same quotes.
  const quotes = new Map<string, Said>();
  return (text, quote) => {
    const said = quotes.get(quote) ?? readSaid(quote);
    quotes.set(quote, said);
    return (
      hasItsFigures(text, said) &&
      hasItsNames(text, said, asked, ground.ordinary) &&
      hasItsWords(text, said, asked) &&
      said.isDenial === NEGATION.test(text)
    );
  };
}

/** What a quote says. */
interface Said {
  values: readonly Value[];
  figures: ReadonlySet<string>;
  terms: ReadonlySet<string>;
  isDenial: boolean;
}

function readSaid(quote: string): Said {
  return {
    values: values(quote),
    figures: new Set(figures(quote)),
    terms: new Set(terms(quote)),
    isDenial: NEGATION.test(quote),
  };
}

function hasItsFigures(sentence: string, said: Said): boolean {
  const own = values(sentence);
  if (!own.every((value) => said.values.some((known) => bears(known, value)))) return false;
  const inValues = (at: number) => own.some(({ start, end }) => start <= at && at < end);
  return [...sentence.matchAll(FIGURE)].every(
    (match) => inValues(match.index) || said.figures.has(plainFigure(match[0])),
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

function hasItsNames(
  sentence: string,
  said: Said,
  asked: ReadonlySet<string>,
  ordinary: ReadonlySet<string>,
): boolean {
  return names(sentence).every(({ text, start }) => {
    const words = text.split(/\s+/);
    // The head of a sentence has its capital whether it is a name or not.
    const own = start === 0 && isOrdinary(words[0], ordinary) ? words.slice(1) : words;
    return terms(own.join(' ')).every((term) => said.terms.has(term) || asked.has(term));
  });
}

function isOrdinary(word: string | undefined, ordinary: ReadonlySet<string>): boolean {
  const lower = (word ?? '').toLowerCase();
  return CONNECTIVES.has(lower) || ordinary.has(lower);
}

function hasItsWords(sentence: string, said: Said, asked: ReadonlySet<string>): boolean {
  const own = [...new Set(terms(sentence))];
  const inQuote = own.filter((term) => said.terms.has(term)).length;
  const inEither = own.filter((term) => said.terms.has(term) || asked.has(term)).length;
  return inQuote > 0 && inEither >= MIN_SHARE * own.length;
}

/** The words that texts have in small letters. */
export function ordinaryWords(texts: readonly string[]): Set<string> {
  return new Set(texts.flatMap((text) => text.match(/(?<!\p{L})\p{Ll}+/gu) ?? []));
}
