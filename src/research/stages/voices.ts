import { answerIn } from '../text/answers';
import type { Corpus, Sentence } from '../text/corpus';
import { oncePerSentence } from '../text/once';
import type { Question } from '../text/question';
import type { Candidate } from './candidate';
import { mentions } from './contradiction';
import type { Independence } from './copies';

/** How many publishers say it in words of their own: what is copied or quoted has one voice. */
export function voices(corpus: Corpus, all: readonly Candidate[], sources: Independence): number {
  const heard = new Set<string>();
  const kept: Sentence[] = [];
  for (const { sentence } of all) {
    const page = corpus.pages[sentence.page]?.page;
    if (!page) continue;
    const publisher = sources.publisher(page.source);
    if (heard.has(publisher) || kept.some((other) => isQuoted(other, sentence))) continue;
    heard.add(publisher);
    kept.push(sentence);
  }
  return Math.max(1, kept.length);
}

/** A share of the question's weight: a sentence below it speaks of something else. */
const MIN_COVERAGE = 0.3;

/**
 * How many publishers beside the lead's bear the lead's answer out, in whatever words: it stands in
 * what they say on the question. Questions of several steps and open ones have no such answer.
 */
export function agreeing(
  corpus: Corpus,
  asked: Question,
  lead: Candidate,
  all: readonly Candidate[],
  sources: Independence,
): number {
  const answer = asked.isSimple ? answerIn(corpus, lead.sentence, asked) : null;
  if (!answer?.strong) return 0;
  const publisherOf = ({ sentence }: Candidate) =>
    sources.publisher(corpus.pages[sentence.page]?.page.source ?? 0);
  const others = new Set<string>();
  for (const one of all) {
    if (one.coverage >= MIN_COVERAGE && mentions(one.sentence, answer))
      others.add(publisherOf(one));
  }
  others.delete(publisherOf(lead));
  return others.size;
}

/** Fewer terms in a row come together by chance: a name, a date and a set phrase. */
const MIN_QUOTED_TERMS = 8;
/** Of the shorter sentence, how much must stand in the other for one to have it from the other. */
const QUOTED_SHARE = 0.8;
/** A run so long is a quotation, however much stands around it. */
const LONG_RUN_TERMS = 12;

/**
 * One sentence holds most of the other, or both hold one long run of words: a quotation, or two
 * quotations of a third source.
 */
function isQuoted(a: Sentence, b: Sentence): boolean {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  if (short.length < MIN_QUOTED_TERMS) return false;
  const own = trigrams(short);
  const others = trigramSet(long);
  let shared = 0;
  for (const trigram of own) if (others.has(trigram)) shared++;
  if (shared >= QUOTED_SHARE * own.length) return true;
  // A run holds two trigrams fewer than terms.
  return shared >= LONG_RUN_TERMS - 2 && longestRun(short, long) >= LONG_RUN_TERMS;
}

const trigrams = oncePerSentence(({ tokens }) =>
  tokens.slice(2).map(({ term }, at) => `${tokens[at]?.term} ${tokens[at + 1]?.term} ${term}`),
);

const trigramSet = oncePerSentence((sentence) => new Set(trigrams(sentence)));

/** The longest common substring of two sentences, in terms. */
function longestRun({ tokens: a }: Sentence, { tokens: b }: Sentence): number {
  let longest = 0;
  let before: number[] = [];
  for (const { term } of a) {
    const here = b.map((other, at) => (other.term === term ? (before[at - 1] ?? 0) + 1 : 0));
    longest = Math.max(longest, ...here);
    before = here;
  }
  return longest;
}
