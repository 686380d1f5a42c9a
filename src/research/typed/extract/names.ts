import { STOP_WORDS } from '../../text/stopWords';
import type { Evidence } from '../evidence';
import { MONTH_NAME } from './dates';

export interface NameSpan {
  text: string;
  start: number;
  end: number;
}

const PART =
  "(?:\\p{Lu}[\\p{L}\\p{M}\\p{N}]*(?:['’&+-][\\p{L}\\p{N}][\\p{L}\\p{M}\\p{N}]*|\\.(?=\\p{L}))*|\\p{N}+\\p{Lu}[\\p{L}\\p{N}]*)";
const INITIAL = '(?:\\p{Lu}\\.)';
const LINK = '(?:of|the|de|del|della|di|da|do|dos|du|des|la|le|van|von|der|den|bin|al|&)';
const NAME = new RegExp(
  `(?<![\\p{L}\\p{N}])(?:${PART}|${INITIAL})(?:[ \\u00a0](?:${LINK}[ \\u00a0]){0,2}(?:${INITIAL}|${PART}|\\p{N}{1,4}(?![\\p{N}.,%]|[ ](?:people|employees))))*`,
  'gu',
);
const NO_NAME = new RegExp(
  `^(?:${MONTH_NAME}|monday|tuesday|wednesday|thursday|friday|saturday|sunday|however|although|today|later|yesterday|born|founded|former|new|co|chief|executive|officer|according|based|mr|ms|dr|prof|built|written|developed|led|located|created|released|since)$`,
  'i',
);
const JOB =
  /^(?:ceo|cfo|cto|coo|president|chairman|director|professor|prof|dr|mr|mrs|ms|sir|dame|co-founder|founder|senator|king|queen|prime|minister|architect|author|captain|inc|corp|chief|executive|officer)$/i;

/** Capitalised names, in order. A capital that only begins the sentence makes no name. */
export function namesOf(text: string, evidence: Evidence): NameSpan[] {
  const found: NameSpan[] = [];
  for (const match of text.matchAll(NAME)) {
    let { 0: name, index: start } = match;
    for (;;) {
      const head = /^(\S+)[ \u00a0]+(?=\S)/.exec(name);
      const lower = head?.[1]?.toLowerCase() ?? '';
      if (!head || !(STOP_WORDS.has(lower) || NO_NAME.test(lower) || JOB.test(lower))) break;
      name = name.slice(head[0].length);
      start += head[0].length;
    }
    if (isName(name, start, text, evidence) && !isAdjective(name, start, text))
      found.push({ text: name, start, end: start + name.length });
  }
  return found;
}

/** "the French physicist": it only says of what kind the noun is. */
function isAdjective(name: string, start: number, text: string): boolean {
  const next = /^\s(\p{Ll}{4,})/u.exec(text.slice(start + name.length))?.[1];
  return (
    !/\s/.test(name) &&
    next !== undefined &&
    !STOP_WORDS.has(next) &&
    !/(?:ed|s)$/.test(next) &&
    /\b(?:the|an?)\s$/i.test(text.slice(0, start))
  );
}

function isName(name: string, start: number, text: string, evidence: Evidence): boolean {
  const lower = name.toLowerCase();
  if (STOP_WORDS.has(lower) || NO_NAME.test(lower) || JOB.test(lower) || !/\p{L}/u.test(name))
    return false;
  if (new RegExp(`^(?:${MONTH_NAME})\\s\\d`, 'i').test(name)) return false;
  const opens = /(?:^|[.:!?"“]\s*|^[-*•\d.)\s]*)$/.test(text.slice(0, start));
  return !(
    opens &&
    !/\s/.test(name) &&
    /^\p{Lu}\p{Ll}+$/u.test(name) &&
    evidence.lowerCase.has(lower)
  );
}
