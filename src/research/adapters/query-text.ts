/** As much of a query as fits, cut between words; a cut never splits a character. */
export function clipQuery(text: string, maxLength: number): string {
  const words = text.trim().split(/\s+/).join(' ');
  if (words.length <= maxLength) return words.toWellFormed();
  const clipped = words.slice(0, maxLength + 1);
  const lastSpace = clipped.lastIndexOf(' ');
  return (lastSpace > 0 ? clipped.slice(0, lastSpace) : words.slice(0, maxLength)).toWellFormed();
}
