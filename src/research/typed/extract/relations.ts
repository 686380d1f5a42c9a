import type { Candidate, Match } from '../candidates';
import type { Field } from '../field';
import { closeness } from './found';
import type { NameSpan } from './names';

const BE = '(?:is|was|are|were|remains|became|becomes|being|be|been)';
const VERB = /(?:ed|ought|rote|ritten|on|ade|uilt|nt|an|egan)$/;
const PASSIVE_BEFORE =
  /\b(?:is|was|are|were|been|being|be|which|that)\s(?:[\p{L}]+ly\s|also\s|first\s|jointly\s|later\s|co-?)?$/iu;
const PLACE_PREPOSITION =
  /\b(?:in|at|near|to|from|outside|around)\s(?:the\s(?:city|town|village|capital)\sof\s|the\s|downtown\s|central\s|(?:north|south|east|west)[a-z]*\s)?$/i;
/** Whom the verb reaches: "she married X" names the spouse. */
const PATIENT = /^(?:spous|wife|husband|child|children|partner|custom|competitor|subsidiari)$/;

/** How plainly the sentence relates a name to the matched word: 0 to 1. */
export function relation(name: NameSpan, match: Match, candidate: Candidate, field: Field): number {
  const { passage } = candidate;
  const first = passage.words[match.from];
  const last = passage.words[match.to - 1];
  if (!first || !last) return 0;
  const near = closeness(passage, match, name.start, name.end);
  const isAfter = name.start >= last.end;
  const between = isAfter
    ? passage.text.slice(last.end, name.start)
    : passage.text.slice(name.end, first.start);
  if (/[;.]\s/.test(between)) return 0;
  if (/\b(?:not|never)\b|n['’]t\b/i.test(between)) return 0;
  const around = {
    before: passage.text.slice(0, name.start),
    between,
    verb: isVerb(first.text, last.text),
    endsWithBy: /^by$/i.test(last.text),
  };
  if (field.role === 'place') return placeRelation(around, isAfter, near);
  if (around.verb)
    return agentRelation(passage.text.slice(0, first.start), around, isAfter, near, field);
  return nounRelation(around, isAfter, near);
}

interface Around {
  before: string;
  between: string;
  verb: boolean;
  /** "made by": the matched words hold the preposition. */
  endsWithBy: boolean;
}

function isVerb(first: string, last: string): boolean {
  return (
    /^\p{Ll}/u.test(first) &&
    (VERB.test(last) || /^by$/i.test(last)) &&
    !/(?:tion|son|man)$/.test(last)
  );
}

function placeRelation({ before, between, verb }: Around, isAfter: boolean, near: number): number {
  if (isAfter) {
    if (
      new RegExp(
        `^(?:\\s(?:of|for|and)\\s[^,;]{1,60}?)?\\s${BE}\\s(?:in\\s|at\\s|the\\s)*$|^:\\s*$|^\\s?$|^,\\s$`,
      ).test(between)
    )
      return 0.95;
    if (PLACE_PREPOSITION.test(before)) return 0.5 + 0.45 * Math.sqrt(near);
    return 0;
  }
  return new RegExp(
    `^,?\\s(?:${BE}|as|hosts|hosted)\\s(?:[\\p{L}’'-]+\\s){0,4}$|^,\\s(?:the|its)\\s$`,
    'u',
  ).test(between) && !verb
    ? 0.9
    : 0;
}

/** "founded by X", "X founded": never "founded X", and no subject of a passive. */
function agentRelation(
  beforeVerb: string,
  around: Around,
  isAfter: boolean,
  near: number,
  field: Field,
): number {
  const { between, endsWithBy } = around;
  const isAgent =
    (field.role === 'person' || field.role === 'organisation') &&
    !field.own.some((term) => PATIENT.test(term.stem));
  if (isAfter) {
    if (
      /\bby\s(?:the\s|its\s)?(?:[\p{Ll}-]+\s){0,3}$/u.test(between) ||
      /\bby\s[^;.]*(?:,\s|\sand\s)$/.test(between)
    ) {
      return 0.6 + 0.4 * Math.sqrt(near);
    }
    if (between === ' ' && endsWithBy) return 1;
    return isAgent ? 0 : 0.7 * near;
  }
  if (PASSIVE_BEFORE.test(beforeVerb)) return isAgent ? 0 : 0.5 * near;
  if (/^\s(?:co-?|[\p{L}]+ly\s|has\s|had\s|also\s|later\s|first\s|jointly\s){0,2}$/iu.test(between))
    return 0.95;
  return isAgent ? 0.55 * near : 0.4 * near;
}

function nounRelation({ between }: Around, isAfter: boolean, near: number): number {
  if (isAfter) {
    if (/^[\s:,]{0,2}$/.test(between))
      return between.includes(':') || between === ' ' ? 0.97 : 0.75;
    if (/^\s(?:by|named|called)\s(?:the\s)?$/.test(between)) return 0.95;
    if (
      new RegExp(
        `^(?:\\s(?:of|for|at|and)\\s[^;]{1,60}?)?,?\\s${BE}\\s(?:the\\s|called\\s|named\\s)?(?:[\\p{Ll}-]+\\s){0,3}$`,
        'u',
      ).test(between)
    )
      return 0.93;
    if (
      new RegExp(`^(?:\\s(?:of|for)\\s[^;]{1,60}?)?,?\\s${BE}\\s[^;]*(?:,\\s|\\sand\\s)$`).test(
        between,
      )
    )
      return 0.85;
    return 0.5 * near;
  }
  if (/^,\s(?:the|its|a|an|who|whose|then|our)?\s?(?:[\p{L}’'-]+\s){0,5}$/u.test(between))
    return 0.9;
  if (
    new RegExp(
      `^,?\\s(?:(?:has|had)\\s)?(?:${BE}|serves?\\sas|served\\sas|joined\\sas|appointed|as)\\s(?:[\\p{L}’'-]+\\s){0,5}$`,
      'u',
    ).test(between)
  )
    return 0.9;
  if (/^(?:\s\(|\s–\s|\s-\s)$/.test(between)) return 0.85;
  if (/^['’]s\s/.test(between)) return 0;
  return 0.45 * near;
}
