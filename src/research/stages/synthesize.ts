import { inertMarkdown } from '../text/clean';
import type { Finding, Gap, Plan, Quote, Source } from '../types';

export interface SynthesizeInput {
  plan: Plan;
  /** Best first. */
  findings: readonly Finding[];
  sources: readonly Source[];
  gaps: readonly Gap[];
  maxWords: number;
}

const MAX_QUERIES_NAMED = 3;
const MAX_NAMED_WORDS = 14;
const MAX_SIDES = 3;

interface Line {
  subQuestion: number;
  text: string;
}

/**
 * The answer in Markdown, of at most `maxWords` words: the findings' own words, each with the
 * numbers of its sources; both sides of what is contested; and a line for what was not found.
 * Nothing that stands in a page comes alive in it.
 */
export function synthesize(input: SynthesizeInput): { brief: string } {
  const { plan, findings, gaps, maxWords } = input;
  const missing = missingLines(plan, gaps);
  if (findings.length === 0) return { brief: withinWords(nothingFound(plan, missing), maxWords) };
  const copies = new Map(input.sources.map((source) => [source.number, source.copyOf]));
  const reserved = withinWords(missing, Math.floor(maxWords / 4));
  const lines = fitting(findings, copies, maxWords - countWords(reserved));
  const body = laidOut(lines);
  return { brief: [body, reserved].filter((part) => part !== '').join('\n\n') };
}

/** For each open question what is not known and where it was looked for. */
export function missingLines(plan: Plan, gaps: readonly Gap[]): string[] {
  return gaps.map((gap) => notFound(gap, plan.subQuestions.length === 1));
}

/** As many findings as the words allow, best first; a shorter one may come in for a longer one. */
function fitting(
  findings: readonly Finding[],
  copies: ReadonlyMap<number, number | null>,
  words: number,
): Line[] {
  const lines: Line[] = [];
  const said: Quote[] = [];
  let left = words;
  for (const finding of findings) {
    if (isTold(finding, said)) continue;
    const sides = sidesOf(finding);
    const text = sides.length > 1 ? disagreement(sides, copies) : statement(finding, copies);
    // A list mark and one space for each line.
    const cost = countWords(text) + 1;
    if (cost > left) continue;
    left -= cost;
    lines.push({ subQuestion: finding.subQuestion, text });
    said.push(...finding.quotes, ...finding.disputedBy);
  }
  return lines;
}

/** All that it quotes; or its first quote, as the other side of a contested point. */
function isTold({ status, quotes }: Finding, said: readonly Quote[]): boolean {
  const asked = status === 'contested' ? quotes.slice(0, 1) : quotes;
  return asked.every((quote) => said.some((other) => samePlace(quote, other)));
}

function samePlace(a: Quote, b: Quote): boolean {
  return a.snapshotHash === b.snapshotHash && a.start < b.end && b.start < a.end;
}

function statement(finding: Finding, copies: ReadonlyMap<number, number | null>): string {
  const hedge = finding.status === 'unverified' ? 'Unverified: ' : '';
  return `${hedge}${inertMarkdown(finding.text)}${marks(finding.quotes, copies)}`;
}

/** The sides of a contested finding: its own quotes, then what disputes them, each said once. */
function sidesOf(finding: Finding): Quote[][] {
  const sides: Quote[][] = [finding.quotes.slice()];
  for (const quote of finding.disputedBy) {
    const home = sides.slice(1).find(([first]) => first && isAlike(first.text, quote.text));
    if (home) home.push(quote);
    else if (sides.length < MAX_SIDES) sides.push([quote]);
  }
  return sides;
}

function isAlike(a: string, b: string): boolean {
  const left = new Set(a.toLowerCase().match(/[\p{L}\p{N}]+/gu));
  const right = new Set(b.toLowerCase().match(/[\p{L}\p{N}]+/gu));
  const shared = [...left].filter((word) => right.has(word)).length;
  return shared >= 0.95 * Math.max(left.size, right.size);
}

function disagreement(sides: Quote[][], copies: ReadonlyMap<number, number | null>): string {
  const told = sides.map(
    (quotes) => `“${inertMarkdown(quotes[0]?.text ?? '')}”${marks(quotes, copies)}`,
  );
  return `Sources disagree: ${told.join(' — ')}`;
}

/** `[1][3]`: each source once, ascending; a copy stands behind its original when both are there. */
export function marks(
  quotes: readonly Quote[],
  copies: ReadonlyMap<number, number | null>,
): string {
  const numbers = new Set(quotes.map((quote) => quote.source));
  const shown = [...numbers].filter((number) => {
    const original = copies.get(number);
    return original === null || original === undefined || !numbers.has(original);
  });
  return shown
    .sort((a, b) => a - b)
    .map((number) => `[${number}]`)
    .join('');
}

/** The answer to the first part, then the others in the order they were asked; the whole last. */
function laidOut(lines: readonly Line[]): string {
  const turn = ({ subQuestion }: Line) =>
    subQuestion === 0 ? Number.MAX_SAFE_INTEGER : subQuestion;
  const [answer, ...others] = [...lines].sort((a, b) => turn(a) - turn(b));
  if (!answer) return '';
  const list = others.map((line) => `- ${line.text}`).join('\n');
  return [answer.text, list].filter((block) => block !== '').join('\n\n');
}

function nothingFound(plan: Plan, missing: readonly string[]): string[] {
  const what = inertMarkdown(shortened(plan.question));
  return [`No source that was read answers the question: ${what}`, ...missing];
}

/** What is open and where it was looked for, in one line. */
function notFound(gap: Gap, isOnly: boolean): string {
  const asked = gap.searched.slice(0, MAX_QUERIES_NAMED).map((query) => {
    return `“${inertMarkdown(shortened(query))}”`;
  });
  const what = isOnly
    ? 'Not enough evidence'
    : `Not enough evidence on “${inertMarkdown(shortened(gap.text))}”`;
  if (asked.length === 0) return `${what}: no search was made for it.`;
  const more = gap.searched.length - asked.length;
  const rest = more > 0 ? ` and ${more} more` : '';
  const counts = `${gap.foundCount} found, ${gap.unreadCount} of them unread`;
  return `${what}. Searched: ${asked.join(', ')}${rest} (${counts}).`;
}

function shortened(text: string): string {
  const words = text.split(/\s+/).filter((word) => word !== '');
  if (words.length <= MAX_NAMED_WORDS) return words.join(' ');
  return `${words.slice(0, MAX_NAMED_WORDS).join(' ')} …`;
}

/** The paragraphs that fit; the first is kept in any case, for a brief says at least one thing. */
function withinWords(paragraphs: readonly string[], words: number): string {
  const kept: string[] = [];
  let left = words;
  for (const paragraph of paragraphs) {
    left -= countWords(paragraph);
    if (left < 0 && kept.length > 0) break;
    kept.push(paragraph);
  }
  return kept.join('\n\n');
}

export function countWords(text: string): number {
  return text.match(/\S+/g)?.length ?? 0;
}
