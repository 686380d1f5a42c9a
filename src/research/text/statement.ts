import { isAscii } from '../../lib/ascii';
import { oncePerSentence } from './once';
import { wordCount } from './wordCount';

const VERB =
  /\b(?:is|are|was|were|be|been|am|has|have|had|do|does|did|can|could|will|would|shall|should|may|might|must|cannot|cost|costs|cut|put|set|let|hit|built|made|took|gave|went|came|ran|sold|paid|won|lost|led|held|kept|left|met|said|says|told|wrote|found|grew|rose|fell|began|became|stood|lies|lay|sank|bought|brought|got|saw|knew|drew|spoke|means|makes|runs|gives|takes|uses|works)\b|['’](?:s|re|ve|ll|d)\b|\b\p{Ll}{2,}(?:ed|ing|en)\b/iu;
/** The same for texts in ASCII, where it is several times as fast. */
const ASCII_VERB = new RegExp(VERB.source.replaceAll('\\p{Ll}', '[a-z]'), 'i');
const THIRD_PERSON = /\s\p{Ll}{3,}s\s(?=\p{Ll}|\p{N})/u;
const BYLINE = /^(?:by|photo(?:graph)?s?(?: by)?|text|story|written by|reported by)[:\s]+\p{Lu}/iu;
const STOP_AT_END = /[.!?…。！？]["'”’»)\]]*$/;
const MAX_LABEL_WORDS = 9;
const MAX_HEADING_WORDS = 14;
const MAX_BYLINE_WORDS = 12;

/**
 * False for what states nothing: a heading, a row of a table, a byline, a date line. Only short
 * text without a stop or in Latin letters is judged, because other scripts hide their verbs.
 */
export function states(text: string): boolean {
  const count = wordCount(text);
  if (/^#{1,6}\s/.test(text)) return false;
  if (BYLINE.test(text) && count <= MAX_BYLINE_WORDS) return false;
  const isStopped = STOP_AT_END.test(text);
  const maxWords = isStopped ? MAX_LABEL_WORDS : MAX_HEADING_WORDS;
  if (count > maxWords || !/[a-z]/i.test(text)) return true;
  const hasVerb = holdsVerb(text) || (isStopped && THIRD_PERSON.test(text));
  return hasVerb ? isStopped || count >= 4 : isForeign(text);
}

export const isStatement = oncePerSentence(({ text }) => states(text));

/** A question, such as the heading of an answer, says nothing that could be found or disputed. */
export function asks(text: string): boolean {
  return /[?？]["'”’»)\]]*$/.test(text);
}

export function holdsVerb(text: string): boolean {
  return (isAscii(text) ? ASCII_VERB : VERB).test(text);
}

/** A sentence with a stop and with letters or words that English does not have. */
function isForeign(text: string): boolean {
  return STOP_AT_END.test(text) && /[^\p{ASCII}“”‘’–—…]/u.test(text);
}
