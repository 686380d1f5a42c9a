import { sentenceEnds } from './sentence-ends';

/** UTF-16 offsets of one sentence in the text it was found in; `end` is exclusive. */
export interface SentenceSpan {
  start: number;
  end: number;
}

const MAX_SENTENCE_UNITS = 600;
/** A piece cut from an overlong sentence is not shorter than this when it can be avoided. */
const MIN_PIECE_UNITS = 200;
/** The segmenter is slower than linear on huge runs without a border: it is fed in pieces. */
const MAX_BLOCK_UNITS = 20_000;

/** A full stop after one of these does not end a sentence when something follows on the line. */
const ABBREVIATIONS =
  `dr mr mrs ms prof rev hon st sr jr gen col lt capt sgt maj cmdr adm gov sen rep pres supt messrs
  mme mlle fig figs eq eqs no nos vol vols pp ch sec ed eds trans repr approx ca c cf vs v al viz inc
  ltd co corp bros mt ft dept univ assn est jan feb mar apr jun jul aug sep sept oct nov dec e.g i.e
  a.k.a u.s u.k u.n ph.d m.d b.a b.sc m.a m.sc d.c b.c a.d a.m p.m etc`.split(/\s+/);
/** A number follows these. */
const NUMBER_WORDS = 'no nos p pp fig figs vol vols ch sec eq eqs art'.split(' ');
const ABBREVIATION = new RegExp(
  `(?:^|[\\s([{"'“‘—–-])(?:${ABBREVIATIONS.join('|').replaceAll('.', '\\.')})\\.["'”’)\\]]*\\s*$`,
  'i',
);
const NUMBER_WORD = new RegExp(`(?:^|[\\s(])(?:${NUMBER_WORDS.join('|')})\\.\\s*$`, 'i');
/** The letters before the last stop of each. */
const SHORTENED = new Set(
  [...ABBREVIATIONS, ...NUMBER_WORDS].map((word) => word.slice(word.lastIndexOf('.') + 1)),
);
const MAX_SHORTENED_UNITS = Math.max(...[...SHORTENED].map((word) => word.length));
/** One capital before the stop: `J. Smith`, `H. G. Wells`. */
const INITIAL = /(?:^|[\s.([{"'“‘-])\p{Lu}\.\s*$/u;
/** Words that open a sentence and are hardly ever part of a name: the stop was a real one. */
const OPENER =
  /^["'“‘([]*(?:The|A(?!\.)|An|It|Its|He|She|They|His|Her|Their|This|That|These|Those|In|On|At|By|As|For|From|But|And|However|After|Before|When|While|Since|We|I(?!\.)|You|There|Although|If|Then|To|With|During|According)\b/;
const CONTINUES = /^["'”’)\]]*[\p{Ll},;:]/u;
/** At most five units long. */
const LIST_MARKER = /^(?:\(?\d{1,3}[.)]|\(?[a-zA-Z][.)]|[-*+•–])\s*$/;

/** A line that stands for itself: a heading, a list item, a table row or a rule. */
const OWN_LINE = /^[ \t]*(?:#{1,6}\s|[-*+•]\s|\d{1,3}[.)]\s|\||>|={3,}|-{3,})/;
const NO_STOP_AT_END = /[\p{L}\p{N})\]%"'”’]\s*$/u;

/**
 * The sentences of a text: ordered, not overlapping, trimmed, never empty. Blank lines, headings,
 * list items and table rows are borders; a line broken inside a paragraph is not.
 */
export function sentences(text: string): SentenceSpan[] {
  const spans: SentenceSpan[] = [];
  for (const block of blocks(text)) {
    for (const sentence of segmented(text, block)) pushPieces(text, sentence, spans);
  }
  return spans;
}

function blocks(text: string): SentenceSpan[] {
  const found: SentenceSpan[] = [];
  let start = 0;
  let previous = '';
  let at = 0;
  while (at <= text.length) {
    const newline = text.indexOf('\n', at);
    const lineEnd = newline === -1 ? text.length : newline;
    const line = text.slice(at, Math.min(lineEnd, at + MAX_BLOCK_UNITS));
    if (at > start && isBorder(previous, line)) {
      found.push({ start, end: at });
      start = at;
    }
    previous = line;
    at = lineEnd + 1;
  }
  if (start < text.length) found.push({ start, end: text.length });
  return found.flatMap((block) => bounded(text, block));
}

function isBorder(previous: string, line: string): boolean {
  if (line.trim() === '' || previous.trim() === '') return true;
  if (OWN_LINE.test(line)) return true;
  if (/^[ \t]*(?:#{1,6}\s|\||={3,}|-{3,})/.test(previous)) return true;
  return looksLikeTitle(previous) && /^\s*["'“‘([]*[\p{Lu}\p{N}]/u.test(line);
}

/** A short line without a stop, before one that begins with a capital, is a title of its own. */
function looksLikeTitle(line: string): boolean {
  return line.trim().length <= 40 && NO_STOP_AT_END.test(line) && !/,\s*$/.test(line);
}

function bounded(text: string, block: SentenceSpan): SentenceSpan[] {
  const pieces: SentenceSpan[] = [];
  let start = block.start;
  while (block.end - start > MAX_BLOCK_UNITS) {
    const wanted = start + MAX_BLOCK_UNITS;
    const space = text.lastIndexOf(' ', wanted);
    const end = notInsidePair(text, space > start ? space : wanted);
    pieces.push({ start, end });
    start = end;
  }
  pieces.push({ start, end: block.end });
  return pieces;
}

/** Never between the two halves of a surrogate pair. */
function notInsidePair(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  return unit >= 0xdc00 && unit <= 0xdfff ? at - 1 : at;
}

function segmented(text: string, block: SentenceSpan): SentenceSpan[] {
  const own = trimmed(text, block.start, block.end);
  if (!own) return [];
  // The segmenter takes a line break for a border; inside a block it is only a space.
  const flat = text.slice(own.start, own.end).replace(/[\r\n\u2028\u2029\u0085]/g, ' ');
  const found: SentenceSpan[] = [];
  let open: SentenceSpan | undefined;
  let start = 0;
  for (const end of sentenceEnds(flat)) {
    if (open && continues(flat, { start: open.start - own.start, end: start }, end)) {
      open.end = own.start + end;
    } else {
      open = { start: own.start + start, end: own.start + end };
      found.push(open);
    }
    start = end;
  }
  return found;
}

/** True when the stop at the end of the first sentence did not end it; the next ends at `nextEnd`. */
function continues(text: string, first: SentenceSpan, nextEnd: number): boolean {
  const shown = trimmed(text, first.start, first.end);
  if (!shown) return true;
  const { start, end } = shown;
  if (end - start <= 5 && LIST_MARKER.test(text.slice(start, end))) return true;
  const next = text.slice(first.end, nextEnd);
  if (!isAsciiCapital(next.charCodeAt(0)) && CONTINUES.test(next)) {
    return /[.!?…]["'”’)\]]*$/.test(text.slice(start, end));
  }
  if (!mayBeShortened(text, shown)) return false;
  // Only the last words matter, and a pattern on a long tail would cost.
  const tail = text.slice(Math.max(first.start, first.end - 24), first.end);
  if (NUMBER_WORD.test(tail)) return /^\s*(?:\p{N}|[\p{Lu}]\b)/u.test(next);
  return (ABBREVIATION.test(tail) || INITIAL.test(tail)) && !OPENER.test(next);
}

/** False for nearly all that ends in a word, without the cost of the patterns. */
function mayBeShortened(text: string, { start, end }: SentenceSpan): boolean {
  let stop = end - 1;
  while (stop > start && CLOSING.includes(text.charAt(stop))) stop--;
  if (text.charAt(stop) !== '.' || stop === start) return false;
  if (text.charCodeAt(stop - 1) > 0x7f) return true;
  let from = stop;
  while (from > start && isAsciiLetter(text.charCodeAt(from - 1))) from--;
  const length = stop - from;
  if (length < 2) return length === 1;
  return length <= MAX_SHORTENED_UNITS && SHORTENED.has(text.slice(from, stop).toLowerCase());
}

const CLOSING = `"'”’)]`;

function isAsciiCapital(unit: number): boolean {
  return unit >= 0x41 && unit <= 0x5a;
}

function isAsciiLetter(unit: number): boolean {
  return isAsciiCapital(unit & ~0x20);
}

function pushPieces(text: string, sentence: SentenceSpan, into: SentenceSpan[]): void {
  let start = sentence.start;
  while (start < sentence.end) {
    const rest = trimmed(text, start, sentence.end);
    if (!rest) return;
    const isWhole = rest.end - rest.start <= MAX_SENTENCE_UNITS;
    start = isWhole ? rest.end : cut(text, rest);
    const piece = isWhole ? rest : trimmed(text, rest.start, start);
    if (piece) into.push(piece);
  }
}

/** Where to cut an overlong sentence: after the last `;`, else `,`, else space that is in reach. */
function cut(text: string, span: SentenceSpan): number {
  const limit = span.start + MAX_SENTENCE_UNITS;
  const window = text.slice(span.start + MIN_PIECE_UNITS, limit);
  for (const mark of ['; ', ', ', ' ', '\n']) {
    const at = window.lastIndexOf(mark);
    if (at !== -1) return span.start + MIN_PIECE_UNITS + at + 1;
  }
  return notInsidePair(text, limit);
}

function trimmed(text: string, from: number, to: number): SentenceSpan | null {
  let start = from;
  let end = to;
  while (start < end && isSpace(text, start)) start++;
  while (end > start && isSpace(text, end - 1)) end--;
  return start < end ? { start, end } : null;
}

function isSpace(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit <= 0x20 || unit > 0x7f ? text.charAt(at).trim() === '' : false;
}
