/** What there is to tell a paragraph by. */
export interface Measured {
  text: string;
  /** UTF-16 code units, white space collapsed; a character of Chinese or Japanese counts as three. */
  length: number;
  /** The part of `length` that stands in links. */
  linkLength: number;
  /** What a heading is: 1 to 6; 0 for everything else. */
  headingLevel: number;
}

/** Loose text shorter than this is no paragraph, unless it ends as a sentence does. */
const PARAGRAPH_LENGTH = 80;
const SENTENCE_LENGTH = 25;
const SENTENCE_END = /[.!?…。！？।][\])"'”’»]*$/;
const MAX_LINK_SHARE = 0.5;
/** A paragraph may name many things; what is all links is a list of other pages. */
const MAX_PARAGRAPH_LINK_SHARE = 0.8;

/** Running text: long enough for a paragraph, or a sentence; not mostly links. */
export function isProse(run: Measured): boolean {
  if (run.headingLevel > 0 || isMostlyLinks(run)) return false;
  if (isLong(run)) return true;
  return run.length >= SENTENCE_LENGTH && SENTENCE_END.test(run.text.slice(-8));
}

export function isMostlyLinks({ length, linkLength }: Measured): boolean {
  return linkLength >= length * MAX_LINK_SHARE;
}

/** A paragraph full of links, with words of its own between them. */
export function isLinkedParagraph(run: Measured): boolean {
  return isLong(run) && run.linkLength < run.length * MAX_PARAGRAPH_LINK_SHARE;
}

function isLong({ length }: Measured): boolean {
  return length >= PARAGRAPH_LENGTH;
}
