import { type UnitSpan, unitAtStart, unitNamed } from '../units';
import { MONTH_NAME } from './dates';

/** A number that stands in a text, with its unit when one stands beside it. */
export interface NumberSpan {
  value: number;
  start: number;
  /** After the unit. */
  end: number;
  unit: UnitSpan['unit'] | null;
  /** Four bare digits that a calendar could have. */
  looksLikeYear: boolean;
  isOrdinal: boolean;
  /** "about", "more than": the text itself says that it is not exact. */
  isApproximate: boolean;
  /** The other end of a range, when it is one end of it. */
  rangeEnd: 'low' | 'high' | null;
}

const SPACE = '[\\u00a0\\u202f\\u2009 ]';
const DIGITS = new RegExp(
  `(?<![\\p{L}\\p{N}_/]|\\p{N}[.,:]|\\p{L}-)(?<sign>[-−+])?(?<digits>\\d{1,3}(?:,\\d{3})+(?:\\.\\d+)?|\\d{1,3}(?:${SPACE}\\d{3})+(?![\\d])|\\d+(?:\\.\\d+)?)(?![\\p{N}_]|[.:/]\\p{N})`,
  'gu',
);
const SCALE = /^[\s-]?(thousand|million|billion|trillion|bn|mn|[mbk](?=\b))\b/i;
const SCALES: Record<string, number> = {
  thousand: 1e3,
  k: 1e3,
  million: 1e6,
  mn: 1e6,
  m: 1e6,
  billion: 1e9,
  bn: 1e9,
  b: 1e9,
  trillion: 1e12,
};
const ONES = `zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen
  fifteen sixteen seventeen eighteen nineteen`.split(/\s+/);
const TENS = 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');
const PART = `(?:${[...TENS, ...ONES].join('|')}|hundred|thousand|million|billion)`;
const WORDED = new RegExp(
  `(?<![\\p{L}-])${PART}(?:(?:[ -]|\\s+and\\s+)${PART})*(?![\\p{L}-]*\\p{L})`,
  'giu',
);
const CURRENCY_BEFORE = /(US\$|[$€£¥₹₩₽]|\b(?:USD|EUR|GBP|JPY|CHF|CAD|AUD|INR|CNY)|\bRs\.?)\s?$/;
const RANGE = /^\s?(?:[-–—]|to|and)\s?(?:US\$|[$€£¥])?\d/;
const RANGE_BEFORE = /\d(?:\s?[%\p{L}µ°]{1,4})?\s?(?:[-–—]|to)\s?(?:US\$|[$€£¥])?$/u;
const DATE_BEFORE = new RegExp(`(?:${MONTH_NAME})\\.?\\s$`, 'i');
const DATE_AFTER = new RegExp(`^(?:st|nd|rd|th)?\\s(?:of\\s)?(?:${MONTH_NAME})\\b`, 'i');
const APPROXIMATE =
  /(?:about|around|approximately|roughly|nearly|almost|over|more than|less than|fewer than|under|some|circa|at least|estimated|~)\s(?:US)?[$€£]?$/i;

/** The numbers of a text that count or measure: no dates, versions, references or list marks. */
export function numbersOf(text: string): NumberSpan[] {
  const found: NumberSpan[] = [];
  for (const match of text.matchAll(DIGITS)) {
    const span = digitSpan(text, match);
    if (span) found.push(span);
  }
  for (const { 0: words, index } of text.matchAll(WORDED)) {
    const value = wordedValue(words);
    if (
      value === null ||
      found.some((span) => index < span.end && span.start < index + words.length)
    ) {
      continue;
    }
    const end = index + words.length;
    found.push(
      completed(text, { value, start: index, end, looksLikeYear: false, isOrdinal: false }),
    );
  }
  return found.sort((a, b) => a.start - b.start);
}

function digitSpan(text: string, match: RegExpExecArray): NumberSpan | null {
  const { sign = '', digits = '' } = match.groups ?? {};
  const start = match.index + sign.length;
  const before = text.slice(Math.max(0, start - 24), start);
  const after = text.slice(start + digits.length, start + digits.length + 40);
  if (isReference(before, after) || (DATE_BEFORE.test(before) && digits.length <= 2)) return null;
  if (DATE_AFTER.test(after)) return null;
  const isNegative = /[-−]/.test(sign) && /(?:^|[\s(])$/.test(before.slice(0, -1));
  const plain = Number(digits.replace(/[,\s]/g, ''));
  const scale = SCALE.exec(after)?.[0] ?? '';
  const factor = isScale(scale, before)
    ? (SCALES[scale.replace(/^[\s-]/, '').toLowerCase()] ?? 1)
    : 1;
  const value = Number((plain * factor).toPrecision(15));
  if (!Number.isFinite(value)) return null;
  return completed(text, {
    value: isNegative ? -value : value,
    start: isNegative ? start - 1 : start,
    end: start + digits.length + (factor === 1 ? 0 : scale.length),
    looksLikeYear: /^(?:1\d|20)\d\d$/.test(digits) && factor === 1,
    isOrdinal: /^(?:st|nd|rd|th)\b/.test(after),
  });
}

/** "[12]", "1." at the head of a line, "(3)", "p. 7", "3-year-old" is fine. */
function isReference(before: string, after: string): boolean {
  if (before.endsWith('[') && after.startsWith(']')) return true;
  if (/^\s*$/.test(before) && /^[.)]\s/.test(after)) return true;
  return /(?:\b(?:p|pp|no|fig|figure|table|section|chapter|article|version|v)\.?\s?|#)$/i.test(
    before,
  );
}

/** A bare letter is a scale only beside money: 5 m are metres. */
function isScale(scale: string, before: string): boolean {
  return scale.trim().length > 1 || (scale !== '' && CURRENCY_BEFORE.test(before));
}

type Bare = Pick<NumberSpan, 'value' | 'start' | 'end' | 'looksLikeYear' | 'isOrdinal'>;

function completed(text: string, bare: Bare): NumberSpan {
  const before = text.slice(Math.max(0, bare.start - 24), bare.start);
  const sign = CURRENCY_BEFORE.exec(before);
  const unitAfter = unitAtStart(text.slice(bare.end, bare.end + 40));
  const currency = sign?.[1] ? unitNamed(sign[1].replace(/^Rs\.?$/, '₹')) : undefined;
  const unit = currency ?? unitAfter?.unit ?? null;
  const end = bare.end + (currency ? 0 : (unitAfter?.length ?? 0));
  const rest = text
    .slice(bare.end, end + 12)
    .replace(/^\s?[%\p{L}µ°]{0,4}(?=\s?[-–—]|\sto\s)/u, '');
  const low = RANGE.test(rest) && !/^\s?and/.test(rest);
  return {
    ...bare,
    start: sign && currency ? bare.start - sign[0].length : bare.start,
    end,
    unit,
    looksLikeYear: bare.looksLikeYear && unit === null,
    isApproximate: APPROXIMATE.test(sign ? `${before.slice(0, -sign[0].length)} ` : before),
    rangeEnd: low || isBetween(before, rest) ? 'low' : RANGE_BEFORE.test(before) ? 'high' : null,
  };
}

function isBetween(before: string, rest: string): boolean {
  return /\bbetween\s(?:US)?[$€£]?$/i.test(before) && /^\s?and\s/.test(rest);
}

/** Null for what is no number on its own, like a lone "one" or "hundred". */
function wordedValue(words: string): number | null {
  const parts = words
    .toLowerCase()
    .split(/[\s-]+/)
    .filter((part) => part !== 'and');
  if (parts.length === 1 && /^(?:one|zero|hundred|thousand|million|billion)$/.test(parts[0] ?? ''))
    return null;
  let total = 0;
  let group = 0;
  for (const part of parts) {
    const one = ONES.indexOf(part);
    const ten = TENS.indexOf(part);
    if (one >= 0) group += one;
    else if (ten >= 0) group += (ten + 2) * 10;
    else if (part === 'hundred') group = Math.max(1, group) * 100;
    else {
      total += Math.max(1, group) * (SCALES[part] ?? 1);
      group = 0;
    }
  }
  return total + group;
}
