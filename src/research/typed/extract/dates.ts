import * as chrono from 'chrono-node';
import type { Candidate } from '../candidates';
import type { Field } from '../field';
import { LIFE_SPAN } from '../lexicon';
import { type Accepts, type Found, nearness } from './found';

export const MONTH_NAME =
  'january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec';

/** A time that a text states; null parts are those it does not state. */
interface DateSpan {
  start: number;
  end: number;
  text: string;
  year: number;
  month: number | null;
  day: number | null;
  /** `12:30:00` and its offset, when both are stated. */
  time: string | null;
  /** Which end of a range it is: "5–7 May 2021". */
  edge: 'start' | 'end' | null;
}

/** What is relative to today would need a day on which it was said: it is never used. */
const REFERENCE = new Date(Date.UTC(2000, 0, 1, 12));
const YEAR =
  /(?<![\p{L}\p{N}$€£.,:/]|(?<!\b\d{4})-|\p{N}\s)(?:1\d|20)\d\d(?![\p{L}\p{N}%]|[.,:]\p{N}|\s?(?:BCE?|B\.C\.))/gu;
const MONTH_YEAR = new RegExp(`\\b(${MONTH_NAME})\\.?,?\\s(?:of\\s)?((?:1\\d|20)\\d\\d)\\b`, 'gi');
/** Fields that ask for the end of a range. */
const LAST = /^(?:end|death|di|dead)$/;
const AMBIGUOUS = /^(\d{1,2})[/.-](\d{1,2})[/.-]\d{2,4}/;
const COUNTED =
  /^\s(?:people|employees|workers|units|members|copies|visitors|men|women|votes|students|homes|cars)\b/i;
const MAX_CACHED = 2_000;

type Wanted = 'year' | 'date' | 'date-time' | 'text';

/** Times in `candidate` for a field that wants them in this form. */
export function findDates(
  candidate: Candidate,
  field: Field,
  wanted: Wanted,
  accepts: Accepts,
): Found[] {
  const { passage } = candidate;
  const spans = datesOf(passage.text);
  const life = lifeSpan(candidate, field);
  const edge = field.own.some((term) => LAST.test(term.stem)) ? 'end' : 'start';
  return spans.flatMap((span) => {
    if (span.edge !== null && span.edge !== edge) return [];
    const place = life && span.edge !== null && wanted === 'text' ? life : span;
    const value = asWanted({ ...span, text: passage.text.slice(place.start, place.end) }, wanted);
    if (value === null || !accepts(value)) return [];
    let strength = nearness(candidate, span.start, span.end) * (field.isFromQuestion ? 0.7 : 1);
    if (life && span.edge === null) {
      strength = span.start >= life.start && span.end <= life.end ? 1 : strength * 0.3;
    }
    const key = String(value).toLowerCase();
    return [{ value, key, start: place.start, end: place.end, strength }];
  });
}

/** A bare year as a number: for `founded: integer`. */
function asWanted(span: DateSpan, wanted: Wanted): string | number | null {
  if (wanted === 'year') return span.year;
  if (wanted === 'text') return span.text;
  if (span.month === null || span.day === null) return null;
  const day = [
    String(span.year).padStart(4, '0'),
    String(span.month).padStart(2, '0'),
    String(span.day).padStart(2, '0'),
  ].join('-');
  if (wanted === 'date') return day;
  return span.time === null ? null : `${day}T${span.time}`;
}

const cache = new Map<string, DateSpan[]>();

function datesOf(text: string): DateSpan[] {
  if (!/\d{4}/.test(text)) return [];
  const cached = cache.get(text);
  if (cached) return cached;
  const found: DateSpan[] = [];
  const isNew = (start: number, end: number) =>
    !found.some((span) => start < span.end && span.start < end);
  if (new RegExp(`\\d[/.-]\\d|(?:${MONTH_NAME})`, 'i').test(text)) {
    for (const result of chrono.parse(text, REFERENCE)) found.push(...fromChrono(result));
  }
  for (const { 0: words, 1: month, 2: year, index } of text.matchAll(MONTH_YEAR)) {
    if (!isNew(index, index + words.length)) continue;
    const number = MONTH_NAME.split('|').indexOf((month ?? '').toLowerCase());
    found.push(
      span(text, index, index + words.length, Number(year), number < 12 ? number + 1 : null),
    );
  }
  for (const { 0: year, index } of text.matchAll(YEAR)) {
    const end = index + year.length;
    if (!isNew(index, end) || COUNTED.test(text.slice(end, end + 12))) continue;
    found.push(span(text, index, end, Number(year), null));
  }
  if (cache.size >= MAX_CACHED) cache.clear();
  cache.set(text, found);
  return found.sort((a, b) => a.start - b.start);
}

function span(
  text: string,
  start: number,
  end: number,
  year: number,
  month: number | null,
): DateSpan {
  return {
    start,
    end,
    text: text.slice(start, end),
    year,
    month,
    day: null,
    time: null,
    edge: null,
  };
}

/** What chrono read, and both ends of a range; nothing of which a year or a month is missing. */
function fromChrono(result: chrono.ParsedResult): DateSpan[] {
  const { text, index } = result;
  if (isAmbiguous(text)) return [];
  const edges = result.end ? [result.start, result.end] : [result.start];
  return edges.flatMap((parts, at): DateSpan[] => {
    const year = parts.get('year');
    if (year === null || !parts.isCertain('month') || !text.includes(String(year))) return [];
    return [
      {
        start: index,
        end: index + text.length,
        text,
        year,
        month: parts.get('month'),
        day: parts.isCertain('day') ? parts.get('day') : null,
        time: timeOf(parts),
        edge: result.end ? (at === 0 ? 'start' : 'end') : null,
      },
    ];
  });
}

function timeOf(start: chrono.ParsedComponents): string | null {
  const offset = start.get('timezoneOffset');
  if (!start.isCertain('hour') || !start.isCertain('timezoneOffset') || offset === null)
    return null;
  const two = (value: number) => String(value).padStart(2, '0');
  const clock = [start.get('hour'), start.get('minute') ?? 0, start.get('second') ?? 0];
  const away = Math.abs(offset);
  const zone =
    offset === 0 ? 'Z' : `${offset < 0 ? '-' : '+'}${two(Math.floor(away / 60))}:${two(away % 60)}`;
  return `${clock.map((part) => two(part ?? 0)).join(':')}${zone}`;
}

/** 03/04/2020 is March for some and April for others. */
function isAmbiguous(text: string): boolean {
  const [, first, second] = AMBIGUOUS.exec(text) ?? [];
  return first !== undefined && first !== second && Number(first) <= 12 && Number(second) <= 12;
}

/** "(14 March 1879 – 18 April 1955)": the end that the field asks for. */
function lifeSpan(candidate: Candidate, field: Field): { start: number; end: number } | null {
  const head = field.own.at(-1)?.stem;
  const side = field.own.some((term) => /^(?:birth|born|birthdai)/.test(term.stem))
    ? 1
    : head && LAST.test(head)
      ? 2
      : 0;
  const found = side > 0 ? LIFE_SPAN.exec(candidate.passage.text) : null;
  const part = found?.[side];
  if (!found || part === undefined) return null;
  const offset = side === 1 ? found[0].indexOf(part) : found[0].lastIndexOf(part);
  return { start: found.index + offset, end: found.index + offset + part.length };
}
