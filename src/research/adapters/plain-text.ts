import { Parser } from 'htmlparser2';

/** Enough for an abstract. */
const MAX_SOURCE_LENGTH = 8_000;

/** The text of a short HTML fragment: no tags, entities decoded, white space joined. Null if none. */
export function plainText(html: string): string | null {
  const parts: string[] = [];
  const parser = new Parser({ ontext: (text) => parts.push(text) });
  parser.end(html.slice(0, MAX_SOURCE_LENGTH));
  const text = parts.join('').replace(/\s+/g, ' ').trim();
  return text === '' ? null : text;
}
