/** It has as many bytes in UTF-8 as units: one native pass, where a pattern takes each unit. */
export function isAscii(text: string): boolean {
  return Buffer.byteLength(text) === text.length;
}
