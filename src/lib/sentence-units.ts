/*
 * What a UTF-16 unit is to the rules by which sentences end (Unicode, UAX #29). No pattern tells, so
 * the platform's segmenter is asked what it does with the unit in a few short texts, once for each.
 */

const OTHER = 1;
export const SMALL_LETTER = 2;
export const CAPITAL = 3;
/** Of a script without case. */
export const LETTER = 4;
export const DIGIT = 5;
/** Brackets and quotes. */
export const CLOSING = 6;
export const SPACE = 7;
/** A comma and the like: behind a stop, the sentence goes on. */
export const CONTINUING = 8;
/** A stop that is also in numbers and abbreviations. All kinds before it are passed over. */
export const FULL_STOP = 9;
/** Any other stop. */
export const STOP = 10;
/** Belongs to the unit before it, or is a half of a pair, or a border by itself. */
export const NOT_ALONE = 11;

export const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' });

const NOT_JUDGED = 0;
const KINDS = new Uint8Array(2 ** 16);

/** Other before and behind the text. */
export function kindAt(text: string, at: number): number {
  if (at < 0 || at >= text.length) return OTHER;
  const unit = text.charCodeAt(at);
  const kind = KINDS[unit] ?? NOT_JUDGED;
  return kind === NOT_JUDGED ? judged(unit) : kind;
}

function judged(unit: number): number {
  const kind = kindOf(String.fromCharCode(unit));
  KINDS[unit] = kind;
  return kind;
}

function kindOf(unit: string): number {
  if (/[\r\n\u0085\u2028\u2029\ud800-\udfff]/.test(unit)) return NOT_ALONE;
  return isApart(`1? ${unit}`) ? kindOfOpening(unit) : kindOfContinuing(unit);
}

/** Of what can begin a sentence. */
function kindOfOpening(unit: string): number {
  if (!isApart(`1. ${unit}`)) return SMALL_LETTER;
  if (isApart(`1. ${unit}a`)) return isApart(`a.${unit}`) ? LETTER : CAPITAL;
  if (isApart(`1.${unit}`)) return OTHER;
  return firstEnd(`1?${unit}B`) === 3 ? CLOSING : DIGIT;
}

/** Of what cannot. */
function kindOfContinuing(unit: string): number {
  if (isApart(`1${unit} B`)) return isApart(`1${unit}1`) ? STOP : FULL_STOP;
  if (!isApart(`1?${unit}B`)) return CONTINUING;
  return firstEnd(`1?${unit})B`) === 3 ? SPACE : NOT_ALONE;
}

/** Whether these are two sentences. */
function isApart(text: string): boolean {
  return firstEnd(text) < text.length;
}

function firstEnd(text: string): number {
  return segmenter.segment(text).containing(0)?.segment.length ?? 0;
}
