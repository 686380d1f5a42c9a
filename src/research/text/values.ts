import { tokens } from './terms';

/** Something a sentence states that can be compared: two of one kind and unit may disagree. */
export interface Value {
  kind: 'date' | 'number' | 'money' | 'percent';
  /** The term that says what is counted; empty when nothing does. */
  unit: string;
  /** Normal form: `1900-02-08`, `1900-02`, `1900`, `3559`. */
  value: string;
  start: number;
  end: number;
}

const MONTHS = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
];
const MONTH = `(?<month>${MONTHS.map((month) => `${month}|${month.slice(0, 3)}`).join('|')}|sept)\\.?`;
const YEAR = '(?<year>1[0-9]{3}|20[0-9]{2})';
const DAY = '(?<day>[0-3]?[0-9])(?:st|nd|rd|th)?';
const DATES = [
  new RegExp(`\\b${MONTH}\\s+${DAY}\\s*,?\\s+${YEAR}\\b`, 'gi'),
  new RegExp(`\\b${DAY}\\s+(?:of\\s+)?${MONTH},?\\s+${YEAR}\\b`, 'gi'),
  /\b(?<year>1[0-9]{3}|20[0-9]{2})-(?<monthNumber>[01][0-9])-(?<day>[0-3][0-9])\b/g,
  new RegExp(`\\b${MONTH},?\\s+(?:of\\s+)?${YEAR}\\b`, 'gi'),
  /(?<![\p{L}\p{N}$£€.,/-])(?<year>1[0-9]{3}|20[0-9]{2})(?![\p{L}\p{N}%]|[.,]\p{N})/gu,
];
const NUMBER =
  /(?<![\p{L}\p{N}.,])(?<sign>[$£€]\s?)?(?<digits>\d+(?:,\d{3})*(?:\.\d+)?)\s?(?<scale>%|percent\b|thousand\b|million\b|billion\b|trillion\b)?/giu;
const WORDED =
  /\b(?<word>two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fifteen|twenty|thirty|forty|fifty)\b(?![-–])/gi;
const WORDED_NUMBERS: Record<string, number> = {
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
  eleven: 11,
  twelve: 12,
  thirteen: 13,
  fifteen: 15,
  twenty: 20,
  thirty: 30,
  forty: 40,
  fifty: 50,
};
/** Without one no date, number or word of a number stands in a text: most texts are ruled out so. */
const HOLDS_YEAR = /[12]\d{3}/;
const HOLDS_DIGIT = /\d/;
const HOLDS_WORDED = new RegExp(WORDED.source, 'i');
const SCALES: Record<string, number> = {
  thousand: 1e3,
  million: 1e6,
  billion: 1e9,
  trillion: 1e12,
};

/** Dates, numbers, amounts and shares of a text, in order, not overlapping. */
export function values(text: string): Value[] {
  const found: Value[] = [];
  if (HOLDS_YEAR.test(text)) {
    for (const pattern of DATES) {
      for (const match of text.matchAll(pattern)) add(found, dateValue(match));
    }
  }
  if (HOLDS_DIGIT.test(text)) {
    for (const match of text.matchAll(NUMBER)) add(found, numberValue(text, match));
  }
  if (HOLDS_WORDED.test(text)) {
    for (const match of text.matchAll(WORDED)) add(found, wordedValue(text, match));
  }
  return found.sort((a, b) => a.start - b.start);
}

function wordedValue(text: string, { 0: word, index: start }: RegExpExecArray): Value {
  const end = start + word.length;
  const value = String(WORDED_NUMBERS[word.toLowerCase()]);
  return { kind: 'number', unit: unitAfter(text, end), value, start, end };
}

/** Numbers that differ by less were rounded or converted. */
const ROUNDING = 0.005;

/** True when two values of one kind say different things; a year agrees with a day in it. */
export function valuesDiffer(
  a: Pick<Value, 'kind' | 'value'>,
  b: Pick<Value, 'kind' | 'value'>,
): boolean {
  if (a.kind === 'date') return !a.value.startsWith(b.value) && !b.value.startsWith(a.value);
  const [left, right] = [Number(a.value), Number(b.value)];
  return Math.abs(left - right) > ROUNDING * Math.max(Math.abs(left), Math.abs(right));
}

function add(found: Value[], value: Value): void {
  if (!found.some((other) => value.start < other.end && other.start < value.end)) found.push(value);
}

function dateValue(match: RegExpExecArray): Value {
  const { year = '', month, monthNumber, day } = match.groups ?? {};
  const monthIndex = month
    ? MONTHS.findIndex((name) => name.startsWith(month.toLowerCase().slice(0, 3)))
    : Number(monthNumber ?? 0) - 1;
  const parts = [year];
  if (monthIndex >= 0) parts.push(String(monthIndex + 1).padStart(2, '0'));
  if (day) parts.push(day.padStart(2, '0'));
  const end = match.index + match[0].length;
  return { kind: 'date', unit: '', value: parts.join('-'), start: match.index, end };
}

function numberValue(text: string, match: RegExpExecArray): Value {
  const { sign, digits = '', scale = '' } = match.groups ?? {};
  const amount = Number(digits.replaceAll(',', '')) * (SCALES[scale.toLowerCase()] ?? 1);
  const end = match.index + match[0].trimEnd().length;
  const place = { value: String(amount), start: match.index, end };
  if (sign) return { kind: 'money', unit: sign.trim(), ...place };
  if (scale === '%' || /^percent$/i.test(scale)) return { kind: 'percent', unit: '%', ...place };
  return { kind: 'number', unit: unitAfter(text, end), ...place };
}

/** The first word after a number, when nothing stands between them. */
function unitAfter(text: string, end: number): string {
  const rest = text.slice(end, end + 30);
  const word = /^[\s-]{0,2}(?:\[[^\]]{0,6}\]\s*)?(\p{L}+)/u.exec(rest)?.[1];
  return word ? (tokens(word)[0]?.term ?? '') : '';
}
