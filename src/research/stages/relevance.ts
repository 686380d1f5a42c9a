import { isAnchored } from '../text/anchor';
import { answerIn } from '../text/answers';
import type { Corpus, Sentence } from '../text/corpus';
import { saysByForm } from '../text/cues';
import { oncePerQuestion } from '../text/once';
import type { Question } from '../text/question';
import { isStatement } from '../text/statement';
import { synonyms } from '../text/synonyms';
import type { Candidate } from './candidate';

/**
 * direct: it says what is asked of the thing that is asked about. related: it says something near
 * to it. off: it only shares words.
 */
export type Grade = 'direct' | 'related' | 'off';

/** Shares of the focus' weight that a sentence must say. */
const DIRECT_FOCUS = 0.5;
const RELATED_FOCUS = 0.25;
const SETTLED_FOCUS = 0.8;
const SYNONYM_SHARE = 0.85;
const TITLE_SHARE = 0.6;

export function grade(corpus: Corpus, question: Question, candidate: Candidate): Grade {
  const { sentence } = candidate;
  if (!isAnchored(corpus, sentence, question)) return 'off';
  const focus = focusShare(corpus, sentence, question);
  const answers = hasAnswer(corpus, sentence, question);
  if (!isStatement(sentence)) return answers && focus >= 0.99 ? 'direct' : 'off';
  if (answers && focus >= DIRECT_FOCUS) return 'direct';
  return focus >= RELATED_FOCUS ? 'related' : 'off';
}

/** True when nothing need be put together: one sentence says what is asked, with its answer. */
export function settles(corpus: Corpus, question: Question, candidate: Candidate): boolean {
  if (grade(corpus, question, candidate) !== 'direct') return false;
  if (focusShare(corpus, candidate.sentence, question) < SETTLED_FOCUS) return false;
  const isTyped = question.answer !== 'any' && question.answer !== 'yes-no';
  if (!isTyped || question.names.length === 0) return true;
  return answerIn(corpus, candidate.sentence, question)?.strong ?? false;
}

/** The share of what is asked, weighed by rarity, that the sentence itself or its title says. */
export const focusShare = oncePerQuestion(worthOfFocus);

function worthOfFocus(corpus: Corpus, sentence: Sentence, question: Question): number {
  const { focus, kind } = question;
  // A member of the class that is asked for says it all: "what sport", "which party".
  if (kind && sentence.text.search(kind) >= 0) return 1;
  if (focus.length === 0) return isDefinition(sentence, question) ? 1 : RELATED_FOCUS;
  const title = corpus.pages[sentence.page]?.titleTerms ?? [];
  let total = 0;
  let said = 0;
  let isSaid = false;
  for (const term of focus) {
    const weight = corpus.idf(term);
    total += weight;
    const own = sentence.counts.has(term)
      ? 1
      : synonyms(term).some((other) => sentence.counts.has(other)) ||
          saysByForm(sentence.text, term)
        ? SYNONYM_SHARE
        : 0;
    isSaid ||= own > 0;
    said += weight * (own > 0 ? own : title.includes(term) ? TITLE_SHARE : 0);
  }
  return isSaid ? said / total : 0;
}

function hasAnswer(corpus: Corpus, sentence: Sentence, question: Question): boolean {
  const { answer } = question;
  if (answer === 'any' || answer === 'yes-no') return true;
  return answerIn(corpus, sentence, question) !== null;
}

/** "X is a …", "X, an insecticide, …": what "What is X?" asks for. */
function isDefinition({ text }: Sentence, question: Question): boolean {
  const [name] = question.names;
  const at = name ? text.toLowerCase().lastIndexOf(name.text.toLowerCase()) : -1;
  if (!name || at === -1) return false;
  const after = text.slice(at + name.text.length);
  return /^[^.;:,]{0,40}(?:\([^()]*\)\s*)?(?:\s(?:is|are|was|were)\s|,\s(?:an?|the|one)\s)/.test(
    after,
  );
}
