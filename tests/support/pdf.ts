export interface PdfOptions {
  /** One array of lines for each page; an empty one makes a page without text. */
  pages: string[][];
  title?: string;
  /** Asks for a password that nobody knows. */
  encrypted?: boolean;
}

const LINE_STEP_POINTS = 14;

/** A small but whole PDF 1.4: Helvetica, one text line below the other, a correct cross-reference. */
export function buildPdf({ pages, title, encrypted = false }: PdfOptions): Uint8Array {
  const pageObject = (index: number) => 4 + index * 2;
  const kids = pages.map((_, index) => `${pageObject(index)} 0 R`).join(' ');
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Kids [${kids}] /Count ${pages.length} >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>',
  ];
  for (const [index, lines] of pages.entries()) {
    const content = pageContent(lines);
    objects.push(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents ${pageObject(index) + 1} 0 R /Resources << /Font << /F1 3 0 R >> >> >>`,
      `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    );
  }
  let trailerEntries = '';
  if (title !== undefined) {
    objects.push(`<< /Title (${escaped(title)}) >>`);
    trailerEntries += ` /Info ${objects.length} 0 R`;
  }
  if (encrypted) {
    const key = 'ab'.repeat(32);
    objects.push(`<< /Filter /Standard /V 1 /R 2 /O <${key}> /U <${key}> /P -4 >>`);
    trailerEntries += ` /Encrypt ${objects.length} 0 R /ID [<${key}> <${key}>]`;
  }
  return assembled(objects, trailerEntries);
}

function pageContent(lines: string[]): string {
  if (lines.length === 0) return '';
  const shown = lines.map((line) => `(${escaped(line)}) Tj T*`).join('\n');
  return `BT /F1 12 Tf ${LINE_STEP_POINTS} TL 72 720 Td\n${shown}\nET`;
}

function escaped(text: string): string {
  return text.replace(/[\\()]/g, '\\$&');
}

function assembled(objects: string[], trailerEntries: string): Uint8Array {
  let file = '%PDF-1.4\n';
  const offsets = objects.map((object, index) => {
    const offset = file.length;
    file += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return offset;
  });
  const start = file.length;
  const size = objects.length + 1;
  const rows = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  file += `xref\n0 ${size}\n0000000000 65535 f \n${rows}`;
  file += `trailer\n<< /Size ${size} /Root 1 0 R${trailerEntries} >>\nstartxref\n${start}\n%%EOF\n`;
  return new Uint8Array(Buffer.from(file, 'latin1'));
}
