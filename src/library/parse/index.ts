import { Fault } from '../../lib/fault';
import { sha256Hex } from '../../lib/ids';
import type { ParsedDocument, ParseInput } from '../types';
import { decodeText } from './charset';
import { detectMedia, detectTextKind, type TextKind } from './detect';
import { type ReadableText, readableHtml } from './html';
import { readableMarkdown } from './markdown';
import { normaliseText, normaliseTitle, titleFromName } from './normalise';
import { readPdf } from './pdf';

const MAX_TITLE_LINE_UNITS = 120;

/**
 * Bytes to quotable text. Throws Fault `unsupported_media` for what is no text at all, and
 * `unprocessable` for what is damaged, encrypted or empty. Pure: it may run in any worker. It can
 * take seconds on a hostile file, so whoever runs it sets a time limit.
 */
export async function parseDocument(input: ParseInput): Promise<ParsedDocument> {
  if (input.bytes.length === 0) throw emptyFault();
  if ((await detectMedia(input)) === 'pdf') {
    const pdf = await readPdf(input.bytes, input.name);
    return { ...pdf, hash: sha256Hex(pdf.text), mediaType: 'application/pdf' };
  }
  const decoded = decodeText(input.bytes, input.declaredType);
  const kind = detectTextKind(decoded, input);
  const { mediaType, read } = READERS[kind];
  const { title, text, head } = read(decoded, input.url);
  if (text === '') throw emptyFault();
  return {
    title: title || titleFor(input.name, text),
    mediaType,
    text,
    hash: sha256Hex(text),
    pageStarts: null,
    ...(head ? { head } : {}),
  };
}

const READERS: Record<
  TextKind,
  { mediaType: string; read: (text: string, url?: string) => ReadableText }
> = {
  html: { mediaType: 'text/html', read: readableHtml },
  markdown: { mediaType: 'text/markdown', read: readableMarkdown },
  plain: { mediaType: 'text/plain', read: readablePlain },
};

/** A short first line with a blank one below it is the title. */
function readablePlain(decoded: string): ReadableText {
  const text = normaliseText(decoded);
  const heading = text.match(/^([^\n]+)\n\n/)?.[1] ?? '';
  return { title: heading.length <= MAX_TITLE_LINE_UNITS ? normaliseTitle(heading) : '', text };
}

/** A text that was posted rather than uploaded has no name: its beginning stands for it. */
function titleFor(name: string, text: string): string {
  if (name !== '') return titleFromName(name);
  const firstLine = text.split('\n', 1)[0] ?? '';
  if (firstLine.length <= MAX_TITLE_LINE_UNITS) return normaliseTitle(firstLine);
  return `${normaliseTitle(firstLine.slice(0, MAX_TITLE_LINE_UNITS - 1).toWellFormed())}…`;
}

function emptyFault(): Fault {
  return new Fault('unprocessable', 'the file is empty: there is no text in it to read');
}
