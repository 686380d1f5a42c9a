/** UTF-16 code units on either side of a quote. */
const CONTEXT_LENGTH = 240;
/** Of each side where a quote and a text part. */
const SHOWN_LENGTH = 80;

/** Offsets are UTF-16 code units into the text. */
export interface Passage {
  start: number;
  end: number;
  before: string;
  after: string;
}

/** What stands around a place of a text; no character is cut in two. */
export function passageAt(text: string, start: number, end: number): Passage {
  const from = wholeCharacter(text, Math.max(0, start - CONTEXT_LENGTH));
  const to = wholeCharacter(text, Math.min(text.length, end + CONTEXT_LENGTH));
  return { start, end, before: text.slice(from, start), after: text.slice(end, to) };
}

export interface Search {
  /** Where the quote begins in the text, letter by letter; the first few. */
  starts: number[];
  /** How much of the quote's beginning stands somewhere in the text, */
  agreedLength: number;
  /** and where that begins. */
  agreedStart: number;
}

/**
 * Looks for a quote in one pass, whatever either of them says (Knuth, Morris, Pratt 1977): a text
 * that was made to be slow to search keeps nobody waiting. `quote` is not empty.
 */
export function searchFor(text: string, quote: string, maxStarts: number): Search {
  const borders = bordersOf(quote);
  const found: Search = { starts: [], agreedLength: 0, agreedStart: 0 };
  let matched = 0;
  for (let index = 0; index < text.length && found.starts.length < maxStarts; index += 1) {
    const unit = text.charCodeAt(index);
    while (matched > 0 && quote.charCodeAt(matched) !== unit) matched = borders[matched - 1] ?? 0;
    if (quote.charCodeAt(matched) === unit) matched += 1;
    const start = index + 1 - matched;
    if (matched > found.agreedLength) {
      found.agreedLength = matched;
      found.agreedStart = start;
    }
    if (matched < quote.length) continue;
    found.starts.push(start);
    matched = 0;
  }
  return found;
}

/** For each beginning of the quote, the length of its longest end that is a beginning too. */
function bordersOf(quote: string): Uint32Array {
  const borders = new Uint32Array(quote.length);
  let matched = 0;
  for (let index = 1; index < quote.length; index += 1) {
    const unit = quote.charCodeAt(index);
    while (matched > 0 && quote.charCodeAt(matched) !== unit) matched = borders[matched - 1] ?? 0;
    if (quote.charCodeAt(matched) === unit) matched += 1;
    borders[index] = matched;
  }
  return borders;
}

export interface Difference {
  /** The quote's longest beginning that stands in the text. */
  agreeing: string;
  /** Then the quote says this, */
  quoted: string;
  /** and the text that. */
  found: string;
}

/** Where a quote that does not stand parts from the text. */
export function differenceOf(text: string, quote: string, search: Search): Difference {
  const length = wholeCharacter(quote, search.agreedLength);
  return {
    agreeing: quote.slice(0, length),
    quoted: shown(quote, length),
    found: length === 0 ? '' : shown(text, search.agreedStart + length),
  };
}

function shown(text: string, start: number): string {
  const end = Math.min(text.length, start + SHOWN_LENGTH);
  return text.slice(start, wholeCharacter(text, end));
}

/** The same offset, or the one before when it lies between the halves of a surrogate pair. */
function wholeCharacter(text: string, offset: number): number {
  const isInside = /[\ud800-\udbff]/.test(text.charAt(offset - 1));
  return isInside && /[\udc00-\udfff]/.test(text.charAt(offset)) ? offset - 1 : offset;
}
