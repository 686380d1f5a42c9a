import type { Candidate } from '../candidates';
import type { Field } from '../field';
import { unitNamed } from '../units';
import { nameWords, stemOf } from '../words';
import { findBoolean } from './booleans';
import { type Found, nearness, type Scalar } from './found';
import { numbersOf } from './numbers';

const NEGATED =
  /\b(?:not|never|no longer|neither|nor|without|no)\s(?:[\p{L}-]+\s){0,2}$|n['’]t\s(?:[\p{L}-]+\s){0,2}$/iu;

/** Members of an enum whose words stand in the passage and are not denied. */
export function findChoices(
  candidate: Candidate,
  field: Field,
  members: readonly Scalar[],
): Found[] {
  const yes = members.find((member) => member === true || /^yes$/i.test(String(member)));
  const no = members.find((member) => member === false || /^no$/i.test(String(member)));
  if (yes !== undefined || no !== undefined) {
    const found = findBoolean(candidate, field);
    const value = found?.value === true ? yes : no;
    return found && value !== undefined ? [{ ...found, value, key: String(value) }] : [];
  }
  const taken: { start: number; end: number }[] = [];
  const found: Found[] = [];
  const byLength = members.toSorted((a, b) => String(b).length - String(a).length);
  for (const member of byLength) {
    for (const place of placesOfMember(candidate, member, members)) {
      if (taken.some((other) => place.start < other.end && other.start < place.end)) continue;
      taken.push(place);
      const before = candidate.passage.text.slice(Math.max(0, place.start - 30), place.start);
      if (NEGATED.test(before)) continue;
      const strength = 0.4 + 0.6 * nearness(candidate, place.start, place.end);
      found.push({ value: member, key: String(member), ...place, strength });
    }
  }
  return found;
}

function placesOfMember(candidate: Candidate, member: Scalar, members: readonly Scalar[]) {
  const { text, words } = candidate.passage;
  if (typeof member === 'number') {
    return numbersOf(text).filter((span) => span.value === member && span.rangeEnd === null);
  }
  const wanted = String(member);
  const currency = currencyPlaces(text, wanted, members);
  if (currency) return currency;
  // "A", "IT", "no": so short a word has to stand as it is written.
  const isExact = wanted.length <= 2;
  const stems = nameWords(wanted).map(stemOf);
  if (stems.length === 0) return [];
  const places: { start: number; end: number }[] = [];
  for (let from = 0; from + stems.length <= words.length; from++) {
    const first = words[from];
    const last = words[from + stems.length - 1];
    if (!first || !last || !stems.every((stem, at) => words[from + at]?.stem === stem)) continue;
    if (isExact && text.slice(first.start, last.end) !== wanted) continue;
    places.push({ start: first.start, end: last.end });
  }
  return places;
}

/** "$" stands for a dollar of the list when the list has only one. */
function currencyPlaces(text: string, wanted: string, members: readonly Scalar[]) {
  const unit = /^[A-Z]{3}$/.test(wanted) ? unitNamed(wanted) : undefined;
  if (unit?.dimension !== 'money') return null;
  const dollars = members.filter((member) => /^(?:USD|CAD|AUD|NZD|SGD|HKD)$/.test(String(member)));
  const places: { start: number; end: number }[] = [];
  for (const { 0: symbol, index } of text.matchAll(
    /\b[A-Z]{3}\b|US\$|[$€£¥₹₩₽]|\b(?:dollars?|euros?|yen|rupees?)\b/g,
  )) {
    if (unitNamed(symbol)?.name !== unit.name) continue;
    if (/^(?:\$|dollars?)$/.test(symbol) && dollars.length > 1) continue;
    places.push({ start: index, end: index + symbol.length });
  }
  return places;
}
