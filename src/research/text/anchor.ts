import type { Corpus, Sentence } from './corpus';
import { oncePer } from './once';
import { asksForValue, type Question } from './question';
import { STOP_WORDS } from './stopWords';
import { holdsAskedName, nameAtHead, PRONOUN } from './subject';
import { tokens } from './terms';

/** So many sentences back a name may stand for which "it" or "the plant" is put. */
const LOOK_BACK = 4;

/**
 * True when a sentence speaks of something the question is about: it names it, or a sentence
 * shortly before, the title or the opening of its page does.
 */
export function isAnchored(corpus: Corpus, sentence: Sentence, question: Question): boolean {
  if (question.subjects.length === 0) return true;
  if (!speaksOfNouns(corpus, sentence, question)) return false;
  return question.names.some((name) => {
    const parts = name.key.split(' ');
    return (
      holdsMost(sentence.counts, parts) ||
      holdsMost(corpus.pages[sentence.page]?.topic, parts) ||
      before(corpus, sentence).some((earlier) => holdsMost(earlier.counts, parts))
    );
  });
}

const THERE = /\bthere (?:is|are|was|were)\b/i;
const HEAD_TERMS = 2;

/**
 * True when the sentence itself speaks of a subject of the question: by a word of its name, by a
 * pronoun, or by what is asked of it: "The population is …". "Divers opened four turbines" does not
 * speak of the plant.
 */
export function speaksOfSubject(sentence: Sentence, question: Question): boolean {
  const { subjects, focus } = question;
  if (subjects.length === 0 || !asksForValue(question)) return true;
  return (
    PRONOUN.test(sentence.text) ||
    THERE.test(sentence.text) ||
    subjects.flat().some((term) => sentence.counts.has(term)) ||
    (nameAtHead(sentence) === undefined &&
      sentence.tokens.slice(0, HEAD_TERMS).some(({ term }) => focus.includes(term))) ||
    sentence.tokens.some(({ term }, at) => focus.includes(term) && at > 0 && isTold(sentence, at))
  );
}

/**
 * True when a sentence begins with a pronoun, and what it stands for is another thing than is asked
 * about: that which the sentence before names at its head.
 */
export function standsForAnother(corpus: Corpus, sentence: Sentence, question: Question): boolean {
  if (question.names.length === 0 || !PRONOUN.test(sentence.text)) return false;
  const named = before(corpus, sentence).find(({ text }) => !PRONOUN.test(text));
  const head = named && nameAtHead(named)?.key.split(' ');
  return head !== undefined && !holdsAskedName(question, (term) => head.includes(term));
}

/** True when a sentence holds a word of a name that is asked about, or a pronoun that stands for it. */
export function bearsName(corpus: Corpus, sentence: Sentence, question: Question): boolean {
  if (question.names.length === 0) return true;
  if (holdsAskedName(question, (term) => sentence.counts.has(term))) return true;
  return PRONOUN.test(sentence.text) && !standsForAnother(corpus, sentence, question);
}

/** "measured a capacity of 42 megawatts", "Opened: 1961": the asked quantity with its value right behind it. */
function isTold({ text, tokens: found }: Sentence, at: number): boolean {
  const end = found[at]?.end ?? 0;
  return /^(?::| (?:of|is|was|at)) (?:about |over |nearly )?[$£€]?\d/.test(
    text.slice(end, end + 20),
  );
}

/** True when the page speaks of each common noun that a subject is called by: "the mill", "tram". */
export function speaksOfNouns(corpus: Corpus, sentence: Sentence, question: Question): boolean {
  const page = corpus.pages[sentence.page];
  return commonNouns(question).every(
    (noun) => page?.holds(noun) || page?.titleTerms.includes(noun),
  );
}

/** Of each subject its last word, where no name holds it. */
const commonNouns = oncePer(({ names, subjects }: Question): readonly string[] => {
  const named = new Set(names.flatMap((name) => name.key.split(' ')));
  return subjects.map((subject) => subject.at(-1) ?? '').filter((noun) => !named.has(noun));
});

const ENTRY_UNITS = 70;
const MAX_ENTRY_TITLE_TERMS = 5;

/**
 * The pages that are entries on a name of the question, as an encyclopedia has them. When there
 * are several they may be about namesakes, and each of them has an answer of its own.
 */
export function entries(corpus: Corpus, question: Question): ReadonlySet<number> {
  const found = new Set<number>();
  for (const [index, { page, titleTerms }] of corpus.pages.entries()) {
    const title = titleTerms.length <= MAX_ENTRY_TITLE_TERMS ? page.title : '';
    const headings = [title, page.text.slice(0, ENTRY_UNITS)];
    if (headings.some((heading) => question.subjects.some((subject) => heads(heading, subject)))) {
      found.add(index);
    }
  }
  return found;
}

/** "Esk Mill (Dunmore)" is headed by the Esk Mill, "Esk Mill brewery" by something else. */
function heads(heading: string, subject: readonly string[]): boolean {
  const found = tokens(heading);
  const held = subject.map((term) => found.find((token) => token.term === term));
  const end = Math.max(...held.map((token) => token?.end ?? Number.POSITIVE_INFINITY));
  const next = /^ (\p{Ll}+)/u.exec(heading.slice(end))?.[1];
  return end < Number.POSITIVE_INFINITY && (next === undefined || STOP_WORDS.has(next));
}

function holdsMost(
  held: { has(term: string): boolean } | undefined,
  parts: readonly string[],
): boolean {
  if (!held) return false;
  return 2 * parts.filter((term) => held.has(term)).length >= parts.length;
}

function before(corpus: Corpus, sentence: Sentence): Sentence[] {
  const found: Sentence[] = [];
  for (let back = 1; back <= LOOK_BACK; back++) {
    const earlier = corpus.sentences[sentence.index - back];
    if (earlier?.page !== sentence.page) break;
    found.push(earlier);
  }
  return found;
}
