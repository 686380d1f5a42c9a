import { answerIn } from './answers';
import type { Corpus, Sentence } from './corpus';
import type { Question } from './question';
import { synonyms } from './synonyms';
import { wordCount } from './wordCount';

/** Longer sentences are quoted by the part that answers. */
const MAX_WORDS = 44;
const WINDOW_WORDS = 32;

/**
 * The part of a sentence to quote, as offsets into its page: all of it when it is short; else the
 * run of words that says most about the question. A negated sentence is never cut, because the
 * cut could lose the negation.
 */
export function focus(
  corpus: Corpus,
  sentence: Sentence,
  question: Question,
): { start: number; end: number } {
  const whole = { start: sentence.start, end: sentence.end };
  if (wordCount(sentence.text) <= MAX_WORDS || sentence.isNegated) return whole;
  const words = [...sentence.text.matchAll(/\S+/g)].map((match) => ({
    start: match.index,
    end: match.index + match[0].length,
    weight: 0,
  }));
  weigh(corpus, sentence, question, words);
  const from = heaviest(words.map((word) => word.weight));
  const first = words[from];
  const last = words[Math.min(words.length, from + WINDOW_WORDS) - 1];
  if (!first || !last) return whole;
  return { start: sentence.start + first.start, end: sentence.start + last.end };
}

function weigh(
  corpus: Corpus,
  sentence: Sentence,
  question: Question,
  words: { start: number; end: number; weight: number }[],
): void {
  const asked = new Map<string, number>();
  for (const term of question.terms) {
    for (const other of synonyms(term)) asked.set(other, 0.5 * corpus.idf(term));
  }
  for (const term of question.terms) asked.set(term, corpus.idf(term));
  const answer = answerIn(corpus, sentence, question);
  const spans = sentence.tokens
    .filter((token) => asked.has(token.term))
    .map(({ term, start, end }) => ({ start, end, weight: asked.get(term) ?? 0 }));
  if (answer) spans.push({ ...answer, weight: answer.strong ? 8 : 3 });
  let at = 0;
  for (const span of spans.sort((a, b) => a.start - b.start)) {
    while (at < words.length - 1 && (words[at]?.end ?? 0) <= span.start) at++;
    const word = words[at];
    if (word) word.weight += span.weight;
  }
}

/** Where the heaviest window begins; of equals the one in which the weight stands in the middle. */
function heaviest(weights: readonly number[]): number {
  let best = 0;
  let bestValue = -1;
  for (let from = 0; from + WINDOW_WORDS <= weights.length; from++) {
    let value = 0;
    for (let at = 0; at < WINDOW_WORDS; at++) {
      const centred = 1 - 0.3 * Math.abs((2 * at) / (WINDOW_WORDS - 1) - 1);
      value += (weights[from + at] ?? 0) * centred;
    }
    if (value > bestValue + 1e-9) {
      best = from;
      bestValue = value;
    }
  }
  return best;
}
