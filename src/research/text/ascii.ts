/*
 * What patterns say of letters and digits, said of ASCII by its code units: most of what is read is
 * ASCII, and a pattern makes an object of each word that it finds.
 */

/** 0, which is neither letter nor digit, at the end of the text. */
export function unitAt(text: string, at: number): number {
  return at < text.length ? text.charCodeAt(at) : 0;
}

export function isAsciiLetter(unit: number): boolean {
  const lower = unit | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}

export function isAsciiDigit(unit: number): boolean {
  return unit >= 0x30 && unit <= 0x39;
}

export function isAsciiWord(unit: number): boolean {
  return isAsciiLetter(unit) || isAsciiDigit(unit);
}

/** True for what only a pattern can judge. */
export function isBeyondAscii(unit: number): boolean {
  return unit > 0x7f;
}
