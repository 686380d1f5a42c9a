const MAX_WORDS_UNITS = 300;
const MAX_PARTS = 4;
/** Deeper than any API nests what it says of an error. */
const MAX_DEPTH = 5;
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2028\u2029]+/gu;
/** What looks like a key or the id of an account: long, in one piece, with digits. */
const KEY = /(?=[\w*-]*[\d*])[\w*-]{24,}/g;
const MIN_SECRET_UNITS = 4;

/**
 * What an API says of an error, on one short line for a log; null when it says nothing that people
 * read. It is a stranger's text: nothing of it is invisible, and it names none of `secrets`, which
 * some servers repeat, nor what looks like one.
 */
export function errorWords(body: Uint8Array, secrets: readonly string[]): string | null {
  const text = new TextDecoder().decode(body);
  const line = spoken(text).replace(INVISIBLE, ' ').replace(/\s+/g, ' ').trim();
  const words = secrets
    .filter((secret) => secret.length >= MIN_SECRET_UNITS)
    .reduce((left, secret) => left.replaceAll(secret, '…'), line)
    .replace(KEY, '…');
  return words === '' ? null : words.slice(0, MAX_WORDS_UNITS).toWellFormed();
}

function spoken(text: string): string {
  try {
    return said(JSON.parse(text), 0);
  } catch {
    return /^\s*</.test(text) ? '' : text;
  }
}

/** OpenAI's `error` with its `code`, `message` and `type`, and what others make of the same. */
function said(value: unknown, depth: number): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return '';
  if (Array.isArray(value)) {
    const parts = value.slice(0, MAX_PARTS).map((part) => said(part, depth + 1));
    return parts.filter((part) => part !== '').join('; ');
  }
  const { error, errors, detail, code, type, loc, message, msg } = value as Record<string, unknown>;
  const inner = said(error ?? errors ?? detail, depth + 1);
  if (inner !== '') return inner;
  const kind = [code, type].find((word) => typeof word === 'string' && word !== '');
  const place = Array.isArray(loc) ? loc.join('.') : undefined;
  const parts = [kind, place, message ?? msg];
  return parts.filter((part) => typeof part === 'string' && part !== '').join(': ');
}
