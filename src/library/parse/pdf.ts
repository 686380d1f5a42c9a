import { getDocumentProxy } from 'unpdf';
import { Fault } from '../../lib/fault';
import { normaliseText, normaliseTitle, titleFromName } from './normalise';
import { pageText, type TextRun } from './pdf-lines';

type Pdf = Awaited<ReturnType<typeof getDocumentProxy>>;

export interface PagedText {
  title: string;
  text: string;
  pageStarts: number[];
}

const MAX_PAGES = 5_000;
/** A few compressed kilobytes can unfold into gigabytes of text. */
const MAX_TEXT_UNITS = 20_000_000;
const PAGE_BORDER = '\n\n';

/** Throws Fault `unprocessable` for a PDF that is damaged, encrypted or has no text in it. */
export async function readPdf(bytes: Uint8Array, name: string): Promise<PagedText> {
  const pdf = await open(bytes);
  try {
    if (pdf.numPages > MAX_PAGES) {
      throw new Fault(
        'unprocessable',
        `the PDF has ${pdf.numPages} pages and at most ${MAX_PAGES} can be read: split it`,
      );
    }
    const { text, pageStarts } = await readPages(pdf);
    if (text === '') {
      throw new Fault(
        'unprocessable',
        'the PDF has no text layer, as scans have none: run text recognition (OCR) on it first',
      );
    }
    return { title: await titleOf(pdf, text, name), text, pageStarts };
  } finally {
    await pdf.loadingTask.destroy();
  }
}

async function open(bytes: Uint8Array): Promise<Pdf> {
  try {
    // The library takes the buffer over, so it gets a copy.
    return await getDocumentProxy(bytes.slice(), {
      verbosity: 0,
      disableFontFace: true,
      useSystemFonts: false,
      enableXfa: false,
    });
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'PasswordException') {
      throw new Fault(
        'unprocessable',
        'the PDF is encrypted with a password: save a copy without one',
        { cause },
      );
    }
    throw new Fault('unprocessable', 'the PDF is damaged and cannot be read: export it again', {
      cause,
    });
  }
}

/** A page without text begins where the text so far ends, so that page numbers stay right. */
async function readPages(pdf: Pdf): Promise<{ text: string; pageStarts: number[] }> {
  const parts: string[] = [];
  const pageStarts: number[] = [];
  let length = 0;
  for (let number = 1; number <= pdf.numPages; number++) {
    const text = normaliseText(pageText(await runsOf(pdf, number)));
    if (text !== '' && length > 0) {
      parts.push(PAGE_BORDER);
      length += PAGE_BORDER.length;
    }
    pageStarts.push(length);
    parts.push(text);
    length += text.length;
    if (length > MAX_TEXT_UNITS) {
      throw new Fault('unprocessable', 'the PDF unfolds into too much text to be read: split it');
    }
  }
  return { text: parts.join(''), pageStarts };
}

async function runsOf(pdf: Pdf, pageNumber: number): Promise<TextRun[]> {
  const page = await pageOrFault(pdf, pageNumber);
  const runs: TextRun[] = [];
  for (const item of page.items) {
    if (!('str' in item)) continue;
    const [, , c = 0, d = 0, x = 0, y = 0] = item.transform as number[];
    runs.push({
      text: item.str,
      x,
      y,
      width: item.width,
      fontSize: Math.hypot(c, d),
      endsLine: item.hasEOL,
    });
  }
  return runs;
}

async function pageOrFault(pdf: Pdf, pageNumber: number) {
  try {
    const page = await pdf.getPage(pageNumber);
    const content = await page.getTextContent();
    page.cleanup();
    return content;
  } catch (cause) {
    throw new Fault('unprocessable', `page ${pageNumber} of the PDF is damaged: export it again`, {
      cause,
    });
  }
}

/** The metadata when a person wrote it, else a short first line, else the file's name. */
async function titleOf(pdf: Pdf, text: string, name: string): Promise<string> {
  const metadata = await pdf.getMetadata().catch(() => undefined);
  const info = metadata?.info as { Title?: unknown } | undefined;
  const stated = normaliseTitle(typeof info?.Title === 'string' ? info.Title : '');
  if (isWritten(stated)) return stated;
  const firstLine = text.split('\n', 1)[0] ?? '';
  if (firstLine.length >= 4 && firstLine.length <= 150 && /\p{L}{2}/u.test(firstLine)) {
    return normaliseTitle(firstLine);
  }
  return titleFromName(name);
}

/** Programs fill the field with file names and their own. */
function isWritten(title: string): boolean {
  if (title.length < 4 || !/\p{L}{2}/u.test(title)) return false;
  return !/^(?:untitled|microsoft word|powerpoint|slide \d|document\d*$)|\.(?:docx?|pptx?|xlsx?|tex|dvi|pdf|indd|qxd|rtf|odt|txt|html?)$/i.test(
    title,
  );
}
