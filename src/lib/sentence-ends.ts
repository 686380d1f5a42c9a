import {
  CAPITAL,
  CLOSING,
  CONTINUING,
  DIGIT,
  FULL_STOP,
  kindAt,
  LETTER,
  NOT_ALONE,
  SMALL_LETTER,
  SPACE,
  STOP,
  segmenter,
} from './sentence-units';

/** Where a sentence can end, and what only a look at its kind can judge. */
const TELLING = /[.!?\u0080-\uffff]/g;

/**
 * Where the sentences of a text without line breaks end by the rules of Unicode (UAX #29): what the
 * platform's segmenter says, in a part of its time where the text is all of units that stand alone.
 */
export function sentenceEnds(text: string): number[] {
  const ends: number[] = [];
  for (let at = nextTelling(text, 0); at < text.length; at = nextTelling(text, at)) {
    const stop = at;
    const kind = kindAt(text, at++);
    if (kind < FULL_STOP) continue;
    if (kind === NOT_ALONE) return segmenterEnds(text);
    while (kindAt(text, at) === CLOSING) at++;
    while (kindAt(text, at) === SPACE) at++;
    if (at < text.length && isBorder(text, stop, at)) ends.push(at);
  }
  if (text !== '') ends.push(text.length);
  return ends;
}

/** From there on; the text's length when there is none. */
function nextTelling(text: string, from: number): number {
  if (text.charCodeAt(from) > 0x7f) return from;
  TELLING.lastIndex = from;
  return TELLING.test(text) ? TELLING.lastIndex - 1 : text.length;
}

function segmenterEnds(text: string): number[] {
  return Array.from(segmenter.segment(text), ({ segment, index }) => index + segment.length);
}

function isBorder(text: string, stop: number, end: number): boolean {
  const next = kindAt(text, end);
  if (next === CONTINUING || next === FULL_STOP || next === STOP) return false;
  if (kindAt(text, stop) === STOP) return true;
  // "3.14", "U.S.A": nothing stands between the stop and what follows.
  const isTight = end === stop + 1;
  if (isTight && next === DIGIT) return false;
  if (isTight && next === CAPITAL && isCased(kindAt(text, stop - 1))) return false;
  return !isSmallLetterFirst(text, end);
}

function isCased(kind: number): boolean {
  return kind === SMALL_LETTER || kind === CAPITAL;
}

/** A number or an abbreviation stood before the stop when of all letters and stops that follow a
 * small letter comes first. */
function isSmallLetterFirst(text: string, from: number): boolean {
  let at = from;
  while (at < text.length && isPassedOver(kindAt(text, at))) at++;
  return kindAt(text, at) === SMALL_LETTER;
}

function isPassedOver(kind: number): boolean {
  return kind < FULL_STOP && kind !== SMALL_LETTER && kind !== CAPITAL && kind !== LETTER;
}
