import { parseHTML } from 'linkedom';

/** Enough for an abstract. It also bounds how deeply hostile markup can nest. */
const MAX_SOURCE_LENGTH = 8_000;

/** The text of a short HTML fragment: no tags, entities decoded, white space joined. Null if none. */
export function plainText(html: string): string | null {
  const { document } = parseHTML(
    `<!doctype html><html><body>${html.slice(0, MAX_SOURCE_LENGTH)}</body></html>`,
  );
  const text = (document.body.textContent ?? '').replace(/\s+/g, ' ').trim();
  return text === '' ? null : text;
}
