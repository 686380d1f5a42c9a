import { type Static, Type } from '@sinclair/typebox';
import { Fault } from '../../src/lib/fault';
import type { Finding, Quote } from '../../src/research/types';
import { type Engine, eachOf } from './engine';
import { mean } from './report';
import type { Context, Row } from './types';

/** A question whose documents give right answers, wrong ones, and noise. */
export const DISPUTED = Type.Object({
  id: Type.Integer(),
  question: Type.String(),
  answers: Type.Array(Type.String(), { minItems: 1 }),
  wrong_answers: Type.Array(Type.String()),
  documents: Type.Array(
    Type.Object({
      text: Type.String(),
      type: Type.Union([Type.Literal('correct'), Type.Literal('misinfo'), Type.Literal('noise')]),
    }),
    { minItems: 1 },
  ),
});

export type Disputed = Static<typeof DISPUTED>;

const BRIEF_MAX_WORDS = 150;

export interface Answered {
  brief: string;
  findings: Finding[];
  /** By the number of a source less one: which of the documents it is. */
  read: number[];
}

/** A job over the question's own documents; its brief in the words that are allowed here. */
export async function answerDisputed(engine: Engine, asked: Disputed): Promise<Answered> {
  const { state, read } = await askOver(engine, asked);
  const { plan, findings, gaps, sources } = state;
  if (!plan) throw new Error('a job that is done has a plan');
  const stage = { plan, findings, gaps, sources, maxWords: BRIEF_MAX_WORDS };
  const { brief } = await engine.core.pool.run('synthesize', stage);
  return { brief, findings, read };
}

/** Bytes that were taken for text are refused when a job is submitted: asked without them then. */
async function askOver(engine: Engine, { question, documents }: Disputed) {
  const read = documents.map((_, at) => at);
  for (;;) {
    const sources = read.map((at) => {
      const text = documents[at]?.text ?? '';
      return { kind: 'text' as const, title: `Document ${at + 1}`, text };
    });
    try {
      const { state } = await engine.ask(question, { sources });
      return { state, read };
    } catch (thrown) {
      const refusedAt =
        thrown instanceof Fault ? /^sources\/(\d+)/.exec(thrown.field ?? '')?.[1] : undefined;
      if (refusedAt === undefined) throw thrown;
      read.splice(Number(refusedAt), 1);
    }
  }
}

/** Writes a line for each question. */
export async function disputedRows(
  engine: Engine,
  records: readonly Disputed[],
  { out, log }: Context,
): Promise<Row[]> {
  log(`Asking ${records.length} questions over documents that disagree`);
  const scored = await eachOf(records, async (asked) => {
    const answered = await answerDisputed(engine, asked);
    return { asked, answered, figures: figuresOf(asked, answered) };
  });
  for (const { asked, answered, figures } of scored) {
    out?.write({ id: asked.id, question: asked.question, ...answered, figures });
  }
  const figures = scored.map((one) => one.figures);
  const disputed = figures.flatMap(({ isMarked }) => (isMarked === null ? [] : [isMarked]));
  const cited = figures.flatMap(({ citesNoise }) => citesNoise);
  return [
    { name: 'questions', value: figures.length, unit: 'count' },
    {
      name: 'documents hold every right answer',
      ...share(figures.map(({ isThere }) => isThere)),
    },
    {
      name: `briefs of at most ${BRIEF_MAX_WORDS} words with every right answer`,
      ...share(figures.map(({ holdsAll }) => holdsAll)),
    },
    { name: 'questions with a wrong answer', value: disputed.length, unit: 'count' },
    { name: 'disputed ones marked contested with both quotes', ...share(disputed) },
    { name: 'citations of noise', ...share(cited) },
    { name: 'length of a brief', value: mean(figures.map(({ words }) => words)), unit: 'words' },
  ];
}

function share(holds: boolean[]): Pick<Row, 'value' | 'unit'> {
  return { value: mean(holds.map(Number)), unit: 'share' };
}

function figuresOf(asked: Disputed, { brief, findings, read }: Answered) {
  const { answers, wrong_answers: wrong, documents } = asked;
  const texts = documents.map(({ text }) => text);
  const cited = [...brief.matchAll(/\[(\d+)\]/g)].map((mark) => Number(mark[1]));
  return {
    isThere: answers.every((answer) => texts.some((text) => says(text, [answer]))),
    holdsAll: answers.every((answer) => says(brief, [answer])),
    isMarked: wrong.length === 0 ? null : findings.some((one) => opposes(one, answers, wrong)),
    citesNoise: [...new Set(cited)].map(
      (number) => documents[read[number - 1] ?? -1]?.type === 'noise',
    ),
    words: brief.match(/\S+/g)?.length ?? 0,
  };
}

/** One side quotes a right answer, the other a wrong one. */
function opposes(finding: Finding, answers: string[], wrong: string[]): boolean {
  const [own, other] = [wordsOf(finding.quotes), wordsOf(finding.disputedBy)];
  return (
    finding.status === 'contested' &&
    ((says(own, answers) && says(other, wrong)) || (says(own, wrong) && says(other, answers)))
  );
}

function wordsOf(quotes: readonly Quote[]): string {
  return quotes.map(({ text }) => text).join(' ');
}

/** Whether a text holds one of some answers, by its words: case, accents and marks aside. */
export function says(text: string, answers: readonly string[]): boolean {
  const plain = ` ${plainOf(text)} `;
  return answers.some((answer) => plain.includes(` ${plainOf(answer)} `));
}

function plainOf(text: string): string {
  return text
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[\p{M}\\]/gu, '')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}
