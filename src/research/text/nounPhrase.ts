import { type Name, names } from './names';
import { STOP_WORDS } from './stopWords';
import { terms } from './terms';

const NEXT_WORD = /^ (\p{Ll}[\p{L}\p{M}'’-]*)/u;
const MAX_ADDED_WORDS = 4;
/** After one of these the bare verb stands behind the subject: "did the mill burn". */
const AUXILIARY = /\b(?:do|does|did|will|would|can|could|should|may|might|must|shall)\b/i;
const PARTICIPLE =
  /(?:ed|ing)$|^(?:built|born|found|made|held|won|lost|sold|bought|written|known|set|done|cost|said|laid|paid|led|left|kept|shown|seen|taken|given|driven|thought|taught|caught|run|cut|put|shut|worth|like)$/;
const NOT_A_NOUN =
  /^(?:is|are|was|were|be|been|has|have|had|do|does|did|open|close|win|lose|cost|start|end|begin|work|mean|use|make|get|go|come|become|take|happen|live|die|stand|lie)s?$/;

/**
 * The names of a question, each with the words behind it that go on naming the same thing: of
 * "the Halden tidal plant" the whole, not "Halden". Without a parser: words are taken up to the
 * first function word, participle or verb.
 */
export function nounPhrases(question: string): Name[] {
  return names(question).map((name, index) => {
    const text = name.text + tail(question, name, index === 0);
    return { text, start: name.start, end: name.start + text.length, key: terms(text).join(' ') };
  });
}

function tail(question: string, name: Name, isFirst: boolean): string {
  // "Ann Reid's profession": what is owned is asked for, and names nobody.
  if (/['’]s$/.test(name.text)) return '';
  const words: string[] = [];
  let rest = question.slice(name.end);
  let stop: string | undefined;
  while (words.length <= MAX_ADDED_WORDS) {
    const word = NEXT_WORD.exec(rest)?.[1];
    if (word === undefined || STOP_WORDS.has(word) || PARTICIPLE.test(word)) {
      stop = word;
      break;
    }
    words.push(word);
    rest = rest.slice(word.length + 1);
  }
  const isVerbTaken = stop === undefined || !NOT_A_NOUN.test(stop);
  const isAfterAuxiliary = isFirst && AUXILIARY.test(question.slice(0, name.start));
  if (isAfterAuxiliary && isVerbTaken) words.pop();
  while (words.length > 0 && NOT_A_NOUN.test(words.at(-1) ?? '')) words.pop();
  const kept = words.slice(0, MAX_ADDED_WORDS);
  return kept.length > 0 ? ` ${kept.join(' ')}` : '';
}
