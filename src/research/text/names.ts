import { STOP_WORDS } from './stopWords';
import { terms } from './terms';

/** A name as it stands in a text: a run of capitalised words, or a quoted title. */
export interface Name {
  text: string;
  start: number;
  end: number;
  /** The name's terms joined by spaces: how two spellings are compared. */
  key: string;
}

const WORD = "(?:\\p{Lu}[\\p{L}\\p{M}\\p{N}]*(?:['’.&-]\\p{L}[\\p{L}\\p{M}\\p{N}]*)*\\.?)";
const LINK = '(?:of|the|de|del|della|di|da|du|des|la|le|van|von|der|den|&)';
const RUN = new RegExp(`${WORD}(?:\\s(?:${LINK}\\s){0,2}(?:${WORD}|\\p{N}+\\b))*`, 'gu');
const QUOTED = /["“]([^"“”\n]{2,80})["”]/g;
/** What begins a sentence with a capital without being a name. */
const NOT_A_NAME = new Set(
  `january february march april may june july august september october november december monday
  tuesday wednesday thursday friday saturday sunday however although according additionally
  meanwhile furthermore today later see name first second third new among despite following
  during american british english french german italian spanish wikipedia i'm`.split(/\s+/),
);

/** Names in order of appearance; overlapping ones are possible when a quoted title holds a name. */
export function names(text: string): Name[] {
  const found: Name[] = [];
  for (const match of text.matchAll(RUN)) {
    let start = match.index;
    let run = match[0].endsWith('.') ? match[0].slice(0, -1) : match[0];
    // A function word at the head is the sentence's, not the name's.
    for (;;) {
      const space = run.search(/\s/);
      if (space === -1 || !isOrdinary(run.slice(0, space))) break;
      run = run.slice(space + 1);
      start += space + 1;
    }
    if (isOrdinary(run)) continue;
    push(found, run, start);
  }
  for (const match of text.matchAll(QUOTED)) {
    if (match[1]) push(found, match[1], match.index + 1);
  }
  return found;
}

function isOrdinary(word: string): boolean {
  const lower = word.toLowerCase();
  return STOP_WORDS.has(lower) || NOT_A_NAME.has(lower) || !holdsLetter(word);
}

function holdsLetter(word: string): boolean {
  // The second is slow, and nearly every name begins with a letter of ASCII.
  return /^[A-Za-z]/.test(word) || /\p{L}/u.test(word);
}

function push(found: Name[], text: string, start: number): void {
  const key = terms(text).join(' ');
  if (key.length > 1) found.push({ text, start, end: start + text.length, key });
}
