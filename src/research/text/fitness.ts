import { answerIn } from './answers';
import type { Corpus, Sentence } from './corpus';
import { oncePerSentence } from './once';
import type { Question } from './question';
import { asks } from './statement';

/** 1 when the sentence holds something of the kind that is asked for, and not in the question. */
export function answerFit(sentence: Sentence, question: Question): number {
  switch (question.answer) {
    case 'date':
      return sentence.values.some((value) => value.kind === 'date') ? 1 : 0;
    case 'number':
      return sentence.values.some((value) => value.kind !== 'date') ? 1 : 0;
    case 'person':
    case 'place':
    case 'name':
      return holdsNewName(sentence, question) ? 1 : 0;
    case 'kind':
      return question.kind && sentence.text.search(question.kind) >= 0 ? 1 : 0;
    default:
      return 0;
  }
}

function holdsNewName({ names }: Sentence, { terms }: Question): boolean {
  return names.some(({ key }) => key.split(' ').some((term) => !terms.includes(term)));
}

/** 1 when a simple question's answer stands next to the words that ask for it. */
export function directness(corpus: Corpus, sentence: Sentence, question: Question): number {
  return question.isSimple && answerIn(corpus, sentence, question)?.strong ? 1 : 0;
}

const BOILERPLATE =
  /\b(?:cookies?|subscribe|newsletter|sign (?:in|up)|log ?in|all rights reserved|privacy policy|terms of (?:use|service)|skip to (?:main )?content|jump to content|click here|read more|advertisement|javascript|copyright ©|main menu|table of contents|toggle|move to sidebar|edit links|hidden categories|categories:|oldid|what links here|retrieved from|see also:)\b/i;

/** What makes a sentence a bad quote whatever it speaks about. */
export const blemishes = oncePerSentence(({ text, length }) => {
  let sum = 0;
  if (asks(text)) sum += 0.7;
  if (BOILERPLATE.test(text)) sum += 0.7;
  if (length < 4) sum += 0.3;
  if (text.length > 450) sum += 0.1;
  if (/^#{1,6}\s/.test(text) || !/\p{Ll}/u.test(text)) sum += 0.2;
  return sum;
});
