import { isAscii } from '../../lib/ascii';

/** Zero-width and bidirectional marks that readers never see: they would break quotes and search. */
const INVISIBLE = /[\u00ad\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069]/g;
const LINE_BREAK = /\r\n?|\u0085/g;
const SEPARATOR = /[\u2028\u2029]/g;
const PAGE_BREAK = /[\v\f]/g;
const CONTROL = /[\p{Cc}--[\n\t]]/gv;
const FIXED_SPACE = /[\u00a0\u2007\u202f]/g;
const MAX_TITLE_UNITS = 300;

/**
 * The one form in which text is stored, hashed and quoted: NFC, well-formed, `\n` line ends, no
 * control or invisible characters, no trailing spaces, at most one blank line in a row. Idempotent.
 */
export function normaliseText(text: string): string {
  return withoutTrailingSpaces(visible(text))
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

/** Looked for first, as most texts hold none of it; in ASCII there are only controls to find. */
function visible(text: string): string {
  const printed = text.search(CONTROL) === -1 ? text : withoutControls(text);
  if (isAscii(printed)) return printed;
  return printed
    .replace(SEPARATOR, '\n')
    .replace(INVISIBLE, '')
    .replace(FIXED_SPACE, ' ')
    .toWellFormed()
    .normalize('NFC');
}

function withoutControls(text: string): string {
  return text.replace(LINE_BREAK, '\n').replace(PAGE_BREAK, '\n\n').replace(CONTROL, '');
}

/** Those of the last line may stay: the whole is trimmed. */
function withoutTrailingSpaces(text: string): string {
  if (isAscii(text) && !text.includes(' \n') && !text.includes('\t\n')) return text;
  // Line by line: a pattern for trailing spaces is quadratic on a long run of spaces.
  const lines = text.split('\n').map((line) => line.trimEnd());
  return lines.join('\n');
}

/** One line of bounded length; empty when nothing readable is left. */
export function normaliseTitle(title: string): string {
  const line = normaliseText(title.slice(0, 4 * MAX_TITLE_UNITS)).replace(/\s+/g, ' ');
  if (line.length <= MAX_TITLE_UNITS) return line;
  return `${line
    .slice(0, MAX_TITLE_UNITS - 1)
    .toWellFormed()
    .replace(/\ufffd$/, '')
    .trimEnd()}…`;
}

/** `annual-report_2024.pdf` as `annual report 2024`. */
export function titleFromName(name: string): string {
  const base = name.split(/[\\/]/).at(-1) ?? name;
  const stem = base.replace(/\.[a-z0-9]{1,8}$/i, '').replace(/[_-]+/g, ' ');
  return normaliseTitle(stem) || 'Untitled';
}
