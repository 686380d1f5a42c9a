/** The end of a sentence at the earliest: a stop, with what closes and the space behind it. */
const ENDING = /[.!?][()[\]{}"']*[\t\v\f ]*/g;
/** Behind any stop: the sentence goes on. */
const GOES_ON = /[,:;.!?-]/y;
/** Behind a full stop: a number or an abbreviation, of which a small letter comes first. */
const SMALL_LETTER_FIRST = /[^A-Za-z.!?]*[a-z]/y;

/**
 * Where the sentences of a text end that is all ASCII and has no line breaks, by the rules of
 * Unicode (UAX #29): what the platform's segmenter says, in a part of its time.
 */
export function asciiSentenceEnds(text: string): number[] {
  const ends: number[] = [];
  for (const { 0: ending, index } of text.matchAll(ENDING)) {
    const end = index + ending.length;
    if (end < text.length && isBorder(text, index, end)) ends.push(end);
  }
  if (text !== '') ends.push(text.length);
  return ends;
}

function isBorder(text: string, stop: number, end: number): boolean {
  if (standsAt(GOES_ON, text, end)) return false;
  if (text[stop] !== '.') return true;
  // "3.14", "U.S.A": nothing stands between the stop and what follows.
  const isTight = end === stop + 1;
  if (isTight && /[0-9]/.test(text.charAt(end))) return false;
  if (isTight && /[A-Z]/.test(text.charAt(end)) && /[A-Za-z]/.test(text.charAt(stop - 1))) {
    return false;
  }
  return !standsAt(SMALL_LETTER_FIRST, text, end);
}

function standsAt(sticky: RegExp, text: string, at: number): boolean {
  sticky.lastIndex = at;
  return sticky.test(text);
}
