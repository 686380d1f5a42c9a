/** FNV-1a (Fowler, Noll, Vo 1991) over a part of the UTF-16 units of a text; 32 bits, signed. */
export function hashOf(units: Uint16Array, start: number, end: number): number {
  let hash = EMPTY_HASH;
  for (let at = start; at < end; at++) hash = hashedOn(hash, units[at] ?? 0);
  return hash;
}

export const EMPTY_HASH = 0x811c9dc5 | 0;

/** The hash of what is hashed already and one unit more. */
export function hashedOn(hash: number, unit: number): number {
  return Math.imul(hash ^ unit, 0x01000193);
}
