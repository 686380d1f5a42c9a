/*
 * What patterns say of letters and digits, said of UTF-16 units: a pattern is slow to judge a page,
 * and makes an object of each word that it finds.
 */

export const LETTER = 1;
export const MARK = 2;
export const NUMBER = 4;
/** Of a script that puts no space between words. */
export const UNSPACED = 8;

/** Each unit is judged when it is first met. The halves of pairs never are: the other half counts. */
const NOT_JUDGED = 255;
const KINDS = new Uint8Array(2 ** 16).fill(NOT_JUDGED);

/** What a unit is: none of the above, or several of them. A half of a pair is what the pair is. */
export function kindAt(units: Uint16Array, at: number): number {
  const kind = KINDS[units[at] ?? 0] ?? 0;
  return kind === NOT_JUDGED ? judgedAt(units, at) : kind;
}

function judgedAt(units: Uint16Array, at: number): number {
  const unit = units[at] ?? 0;
  if (isHighHalf(unit) && isLowHalf(units[at + 1])) return kindOf(unit, units[at + 1]);
  if (isLowHalf(unit) && isHighHalf(units[at - 1])) return kindOf(units[at - 1], unit);
  const kind = kindOf(unit);
  if (!isHighHalf(unit) && !isLowHalf(unit)) KINDS[unit] = kind;
  return kind;
}

function isHighHalf(unit = 0): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

function isLowHalf(unit = 0): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}

const PATTERNS: readonly (readonly [RegExp, number])[] = [
  [/\p{L}/u, LETTER],
  [/\p{M}/u, MARK],
  [/\p{N}/u, NUMBER],
  [/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u, UNSPACED],
];

function kindOf(...units: (number | undefined)[]): number {
  const character = String.fromCharCode(...units.map((unit) => unit ?? 0));
  return PATTERNS.reduce((kind, [of, flag]) => (of.test(character) ? kind | flag : kind), 0);
}
