/** A run of text on a PDF page, in points from the lower left corner. */
export interface TextRun {
  text: string;
  x: number;
  y: number;
  width: number;
  fontSize: number;
  endsLine: boolean;
}

/** A step down of more than this many font sizes starts a new paragraph. */
const PARAGRAPH_STEP = 1.75;
/** Runs whose base lines differ by less than this many font sizes stand on one line. */
const SAME_LINE = 0.5;
/** A gap of more than this many font sizes between two runs is a space. */
const SPACE_GAP = 0.15;

interface Line {
  text: string;
  y: number;
  fontSize: number;
  /** Where the last run ends, to see whether the next one leaves a gap. */
  endX: number;
  closed: boolean;
}

/** The runs of one page, in the order they are drawn, as paragraphs apart by a blank line. */
export function pageText(runs: TextRun[]): string {
  return joinLines(linesOf(runs));
}

function linesOf(runs: TextRun[]): Line[] {
  const lines: Line[] = [];
  for (const run of runs) {
    const line = lines.at(-1);
    if (line && !line.closed && standsOn(line, run)) extend(line, run);
    else if (run.text.trim() !== '') lines.push(opened(run));
    const current = lines.at(-1);
    if (current && run.endsLine) current.closed = true;
  }
  return lines.filter((line) => line.text.trim() !== '');
}

function opened(run: TextRun): Line {
  const { text, y, fontSize } = run;
  return { text, y, fontSize, endX: run.x + run.width, closed: false };
}

/** A raised or lowered run, such as a footnote's number, is still on the line. */
function standsOn(line: Line, run: TextRun): boolean {
  return (
    run.text.trim() === '' || Math.abs(line.y - run.y) < Math.max(line.fontSize, 1) * SAME_LINE
  );
}

function extend(line: Line, run: TextRun): void {
  const apart = run.x - line.endX > Math.max(line.fontSize, 1) * SPACE_GAP;
  const spaced = /\s$/.test(line.text) || /^\s/.test(run.text);
  line.text += apart && !spaced ? ` ${run.text}` : run.text;
  line.endX = run.x + run.width;
}

function joinLines(lines: Line[]): string {
  let text = '';
  let previous: Line | undefined;
  for (const line of lines) {
    const content = line.text.replace(/\s+/g, ' ').trim();
    if (previous === undefined) text = content;
    else if (startsParagraph(previous, line)) text += `\n\n${content}`;
    else text = joined(text, content);
    previous = line;
  }
  return text;
}

function startsParagraph(previous: Line, line: Line): boolean {
  const size = Math.max(Math.min(previous.fontSize, line.fontSize), 1);
  const step = previous.y - line.y;
  const resized = Math.abs(previous.fontSize - line.fontSize) > size * 0.2;
  // A step up is a new column or a box: what follows does not continue the sentence by layout.
  return step > size * PARAGRAPH_STEP || step < -size || resized;
}

/** `hyphen-` at the end of a line and a small letter at the start of the next are one word. */
function joined(text: string, next: string): string {
  const broken = /\p{Ll}[-\u00ad\u2010]$/u.test(text) && /^\p{Ll}/u.test(next);
  return broken ? `${text.slice(0, -1)}${next}` : `${text}\n${next}`;
}
