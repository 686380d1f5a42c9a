import type { Candidate } from '../candidates';
import type { Evidence } from '../evidence';
import { type Found, textFound } from './found';

const OPENS =
  /^(?:\s[\p{L}-]+){0,6}?(?:\s(?:includes?|including|are|were|is|was|such\sas|namely|contains?|consists?\sof|comprises?|supports?|offers?|covers?|in|as|with|of|by|from)(?:\s(?:both|the\sfollowing|either))?:?\s|:\s|\s\()/iu;
const CLOSES =
  /[.;!?)](?=\s|$)|\n|\s\(|,?\s(?:but|which|while|whereas|although|because|when|if)\s/g;
const SEPARATOR = /,\s(?:and|or|as well as)\s|,\s|\s(?:and|or|as well as|&)\s/g;
const TAIL =
  /\s(?:in|that|for|during|by|at|on|from|to|with|among|according|under|after|before|is|are|was|were|may|can)\s.*$/i;
const HEAD = /^(?:an?|the|its|their|some|several|both|also)\s(?=\p{Ll})/iu;
const BULLET = /^\s*(?:[-*•+–]|\d{1,2}[.)])\s+/;
const MAX_ITEM_WORDS = 8;
const MAX_BULLETS = 50;

/** The members of a list that stands after a matched word, or before it: "A, B and C". */
export function findList(candidate: Candidate): Found[] {
  const { passage, matches } = candidate;
  for (const match of matches) {
    if (!match.isHead && candidate.hasHead) continue;
    const first = passage.words[match.from];
    const last = passage.words[match.to - 1];
    if (!first || !last) continue;
    const after = listAfter(passage.text, last.end);
    if (after.length > 1) return after;
    const before = listBefore(passage.text, first.start);
    if (before.length > 1) return before;
  }
  return [];
}

function listAfter(text: string, from: number): Found[] {
  const rest = text.slice(from);
  for (const opens of [OPENS.exec(rest)?.[0].length, 0]) {
    if (opens === undefined) continue;
    const end = firstIndex(CLOSES, rest.slice(opens)) + opens;
    const items = split(text, from + opens, from + end, 0.9);
    if (items.length > 1) return items;
  }
  return [];
}

/** "A, B and C are the …", from the last border of a clause. */
function listBefore(text: string, to: number): Found[] {
  const head = text.slice(0, to);
  const verb = /\s(?:are|were|signed|joined|have|all)\s(?:[\p{L}-]+\s){0,4}$|\s$/iu.exec(head);
  if (!verb) return [];
  const start =
    Math.max(head.lastIndexOf('. '), head.lastIndexOf('; '), head.lastIndexOf(': ')) + 1;
  return split(text, start, verb.index, 0.8);
}

function split(text: string, start: number, end: number, strength: number): Found[] {
  const items: Found[] = [];
  let from = start;
  const body = text.slice(start, end);
  const borders = [...body.matchAll(SEPARATOR)];
  if (borders.length === 0) return [];
  for (const border of [...borders, undefined]) {
    const to = border ? start + border.index : end;
    const isLast = border === undefined;
    const item = itemAt(text, from, to, strength, isLast);
    if (item === 'not a list') return [];
    if (item) items.push(item);
    from = border ? start + border.index + border[0].length : end;
  }
  return items;
}

function itemAt(text: string, start: number, end: number, strength: number, isLast: boolean) {
  let to = end;
  let from = start;
  const tail = isLast ? TAIL.exec(text.slice(from, to)) : null;
  if (tail && tail.index > 0) to = from + tail.index;
  from += /^\s*/.exec(text.slice(from, to))?.[0].length ?? 0;
  from += HEAD.exec(text.slice(from, to))?.[0].length ?? 0;
  const words = text.slice(from, to).split(/\s+/).length;
  if (words > MAX_ITEM_WORDS) return 'not a list';
  return textFound(text, from, to, strength);
}

function firstIndex(pattern: RegExp, text: string): number {
  pattern.lastIndex = 0;
  const index = pattern.exec(text)?.index ?? text.length;
  pattern.lastIndex = 0;
  return index;
}

/** The bullets right under a short line that the candidate is: each with its own passage. */
export function findBullets(candidate: Candidate, evidence: Evidence) {
  const { passage } = candidate;
  if (!/:\s*$/.test(passage.text) && !/^#{1,6}\s/.test(passage.text) && passage.text.length > 40)
    return [];
  const items: { found: Found; candidate: Candidate }[] = [];
  for (let at = passage.order + 1; items.length < MAX_BULLETS; at++) {
    const next = evidence.passages[at];
    const mark = next?.page === passage.page ? BULLET.exec(next.text) : null;
    if (!next || !mark) break;
    const found = textFound(next.text, mark[0].length, next.text.replace(/[.;,]$/, '').length, 0.9);
    if (found) items.push({ found, candidate: { ...candidate, passage: next } });
  }
  return items;
}
