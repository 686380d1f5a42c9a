/** FNV-1a (Fowler, Noll, Vo 1991) over the UTF-16 code units of a part of a text; 32 bits, signed. */
export function hashOf(text: string, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let at = start; at < end; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  return hash;
}
