import { fileTypeFromBuffer } from 'file-type';
import { Fault } from '../../lib/fault';
import type { ParseInput } from '../types';
import { utf16WithoutMark } from './charset';

export type TextKind = 'html' | 'markdown' | 'plain';

const SUPPORTED = 'supported are text, Markdown, HTML and PDF';
const PDF_HEADER_WITHIN_BYTES = 1024;
const PDF_MARKS = ['endobj', 'startxref', '%%EOF'];
const SAMPLE_BYTES = 65_536;
/** Formats that are written in plain characters and still are no text for a reader. */
const WRITTEN_FORMATS: [RegExp, string][] = [
  [/^\{\\rtf/, 'a rich text (RTF) file'],
  [/^%!PS/, 'a PostScript file'],
];

/** Of ASCII, but for white space and the escape of terminals and of ISO-2022. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is counted
const CONTROL = /[\p{Cc}--[\t-\r\x1b\x80-\x9f]]/gv;

/** Decides by content. Throws Fault `unsupported_media` or, for a damaged PDF, `unprocessable`. */
export async function detectMedia(input: ParseInput): Promise<'pdf' | 'text'> {
  const { bytes } = input;
  const head = latin1(bytes.subarray(0, PDF_HEADER_WITHIN_BYTES));
  const pdfAt = head.indexOf('%PDF-');
  if (pdfAt === 0 || (pdfAt > 0 && hasPdfMarks(bytes))) return 'pdf';

  const written = WRITTEN_FORMATS.find(([pattern]) => pattern.test(head));
  if (written) throw unsupported(written[1]);
  if (saysPdf(input) && hasPdfMarks(bytes)) throw damagedPdf();
  if (looksLikeText(bytes)) return 'text';

  const found = await fileTypeFromBuffer(bytes.slice()).catch(() => undefined);
  throw unsupported(found ? describe(found.ext, found.mime) : 'binary data of an unknown kind');
}

/** HTML, Markdown or plain text, by what stands in it; the name and the declared type are hints. */
export function detectTextKind(text: string, input: ParseInput): TextKind {
  const head = text.slice(0, SAMPLE_BYTES);
  const hint = hintOf(input);
  if (
    /^\s*(?:<\?xml[^>]*>\s*)?(?:<!--[\s\S]{0,2000}?-->\s*)*<(?:!doctype\s+html|html|head|body)\b/i.test(
      head,
    )
  ) {
    return 'html';
  }
  const markdownScore = scoreMarkdown(head);
  const tagCount =
    head.match(
      /<\/?(?:p|div|table|tr|td|h[1-6]|ul|ol|li|section|article|span|a|br|b|i|em|strong)\b[^<>]*>/gi,
    )?.length ?? 0;
  if (hint === 'html' && tagCount >= 1) return 'html';
  if (hint === 'markdown') return 'markdown';
  if (/^\s*</.test(head) && tagCount >= 3 && markdownScore < 2) return 'html';
  return markdownScore >= (hint === 'plain' ? 3 : 2) ? 'markdown' : 'plain';
}

/** How many different marks of Markdown stand in the text. */
function scoreMarkdown(head: string): number {
  const marks = [
    /^#{1,6} \S/m,
    /^(?:```|~~~)/m,
    /\[[^\]\n]{1,200}\]\([^)\s]{1,500}\)/,
    /^\s{0,3}[-*+] \S.*\n\s{0,3}[-*+] \S/m,
    /(?:^|\s)\*\*[^*\s][^*\n]{0,200}\*\*/,
    /^\|?(?:\s*:?-{3,}:?\s*\|)+/m,
    /^\s{0,3}> \S/m,
    /^---\n[a-z_]+:/i,
  ];
  return marks.filter((mark) => mark.test(head)).length;
}

function hintOf(input: ParseInput): TextKind | undefined {
  const declared = input.declaredType?.split(';')[0]?.trim().toLowerCase() ?? '';
  if (declared === 'text/html' || declared === 'application/xhtml+xml') return 'html';
  if (/\.(?:md|markdown)$/i.test(input.name) || declared.endsWith('/markdown')) return 'markdown';
  if (/\.x?html?$/i.test(input.name)) return 'html';
  if (/\.(?:txt|csv|log)$/i.test(input.name) || declared === 'text/plain') return 'plain';
  return undefined;
}

function saysPdf(input: ParseInput): boolean {
  return /\.pdf$/i.test(input.name) || /^application\/pdf\b/i.test(input.declaredType ?? '');
}

function hasPdfMarks(bytes: Uint8Array): boolean {
  const ends = latin1(bytes.subarray(0, SAMPLE_BYTES)) + latin1(bytes.subarray(-SAMPLE_BYTES));
  return PDF_MARKS.some((mark) => ends.includes(mark));
}

/** Text in any encoding has next to no control characters; anything else is full of them. */
function looksLikeText(bytes: Uint8Array): boolean {
  if (hasUtf16Mark(bytes) || utf16WithoutMark(bytes)) return true;
  const sample = bytes.subarray(0, SAMPLE_BYTES);
  if (sample.includes(0)) return false;
  const controlCount = latin1(sample).match(CONTROL)?.length ?? 0;
  return controlCount <= 1 + sample.length / 500;
}

function hasUtf16Mark(bytes: Uint8Array): boolean {
  return (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
}

function describe(ext: string, mime: string): string {
  if (mime.startsWith('image/')) return `an image (${ext})`;
  if (mime.startsWith('audio/') || mime.startsWith('video/')) return `sound or video (${ext})`;
  if (mime === 'application/zip') return 'a zip archive';
  return `a file of type ${mime} (${ext})`;
}

function unsupported(lookingLike: string): Fault {
  return new Fault('unsupported_media', `the file looks like ${lookingLike}: ${SUPPORTED}`);
}

function damagedPdf(): Fault {
  return new Fault(
    'unprocessable',
    'the file is a PDF whose header "%PDF-" is missing or damaged: export it again',
  );
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
