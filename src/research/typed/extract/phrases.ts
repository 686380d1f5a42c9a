import type { Candidate } from '../candidates';
import { type Accepts, closeness, type Found, textFound } from './found';

/** A line that goes on in lower case was only broken, as the lines of a PDF are. */
const CLAUSE_END =
  /[.;!?](?=\s|$)|\n(?!\p{Ll})|,\s(?:and|but|which|who|while|where|although)\s|\s(?:but|while|which|whereas|although)\s|,\s/gu;
const AFTER_BE =
  /^(?:\s(?:of|for|in)\s[^,;:.]{1,60}?)?\s(?:is|was|are|were|means|includes?|remains|became)\s(?:called\s|known\sas\s|named\s)?/i;
const LABEL = /^["'”*_]{0,3}\s?[:|–]\s*["'“*_]{0,3}/;
const BEFORE_BE = /\s(?:is|was|are|were)\s(?:the|its|a|an|one of the)\s(?:[\p{L}-]+\s){0,3}$/iu;
const DETERMINER = /^(?:the|a|an|its|their|his|her)\s(?=\p{Ll})/iu;
const NEGATED = /^(?:not|never|no|unknown|unclear|disputed)\b/i;
const PARTICIPLE = /^(?:\p{Ll}+(?:ed|ing|s)|written|made|built)$/u;

/** Short texts that answer for the matched words: after a label, after "is", before "is the …". */
export function findPhrases(candidate: Candidate, accepts: Accepts): Found[] {
  const { passage, matches } = candidate;
  if (!candidate.hasHead) return [];
  const found: Found[] = [];
  for (const match of matches) {
    if (!match.isHead) continue;
    const first = passage.words[match.from];
    const last = passage.words[match.to - 1];
    if (!first || !last) continue;
    found.push(...around(passage.text, first.start, last.end, last.text));
  }
  if (found.length === 0) {
    const whole = smallestClause(candidate);
    if (whole) found.push(whole);
  }
  return found.filter((one) => accepts(one.value));
}

function around(text: string, start: number, end: number, word: string): Found[] {
  const rest = text.slice(end);
  const found: (Found | null)[] = [];
  const label = LABEL.exec(rest);
  if (label && /^[^.!?]{0,60}$/.test(text.slice(0, start))) {
    found.push(phraseAt(text, end + label[0].length, 0.95, /[.;!?](?=\s|$)|\n|\s\|/g));
  }
  const be = AFTER_BE.exec(rest);
  if (be) found.push(phraseAt(text, end + be[0].length, 0.85, CLAUSE_END));
  const before = BEFORE_BE.exec(text.slice(0, start));
  if (before) found.push(phraseBefore(text, before.index));
  if (!label && !be && !before && PARTICIPLE.test(word)) {
    const joined =
      /^\s(?:(?:as|by|with|of|in|for|to|on|under)\s)?(?:the\s|an?\s)?/.exec(rest)?.[0] ?? '';
    found.push(phraseAt(text, end + joined.length, 0.6, CLAUSE_END));
  }
  return found.filter((one) => one !== null);
}

function phraseAt(text: string, start: number, strength: number, border: RegExp): Found | null {
  const rest = text.slice(start);
  if (NEGATED.test(rest)) return null;
  border.lastIndex = 0;
  const length = border.exec(rest)?.index ?? rest.length;
  border.lastIndex = 0;
  const skipped = DETERMINER.exec(rest)?.[0].length ?? 0;
  return skipped < length ? textFound(text, start + skipped, start + length, strength) : null;
}

function phraseBefore(text: string, end: number): Found | null {
  const head = text.slice(0, end);
  const at = Math.max(head.lastIndexOf(', '), head.lastIndexOf('; '), head.lastIndexOf('. '));
  const start = at < 0 ? 0 : at + 2;
  const skipped = DETERMINER.exec(text.slice(start))?.[0].length ?? 0;
  const found = textFound(text, start + skipped, end, 0.7);
  return found &&
    !/^(?:it|this|that|he|she|they|which|there|these|those)$/i.test(String(found.value))
    ? found
    : null;
}

/** The clause that holds the match nearest to the head; weak, since it is not cut to an answer. */
function smallestClause(candidate: Candidate): Found | null {
  const { passage } = candidate;
  const match = candidate.matches.find((one) => one.isHead) ?? candidate.matches[0];
  const first = match && passage.words[match.from];
  if (!match || !first) return null;
  let start = 0;
  let end = passage.text.length;
  for (const { 0: border, index } of passage.text.matchAll(
    /[;:]\s|,\s(?:and|but|which|while)\s/g,
  )) {
    if (index + border.length <= first.start) start = index + border.length;
    else if (index > first.start) end = Math.min(end, index);
  }
  if (closeness(passage, match, start, end) < 1) return null;
  return textFound(passage.text, start, end, 0.4);
}

const DEFINES =
  /^(?:[^,;.]{1,80}?)(?:\s\([^)]{0,80}\))?(?:,[^,]{1,60},)?\s(?:is|was|are|were)\s(?=(?:an?|the|one of)\s)/i;

/** What the passage says the subject is: "a treaty between …". */
export function findDefinition(candidate: Candidate, accepts: Accepts): Found[] {
  const { text } = candidate.passage;
  const head = DEFINES.exec(text);
  if (!head) return [];
  const whole = textFound(text, head[0].length, text.length, 0.8);
  const found = whole ?? phraseAt(text, head[0].length, 0.75, CLAUSE_END);
  return found && accepts(found.value) ? [found] : [];
}
