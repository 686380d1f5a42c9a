import { type Static, Type } from '@sinclair/typebox';
import type { ResearchView } from '../../src/research/service';
import type { Quote } from '../../src/research/types';
import { type Engine, eachOf, withEngine } from './engine';
import { recordFiles } from './records';
import { mean } from './report';
import type { Context, Measure, Row } from './types';

export const QUESTION = Type.Object({
  id: Type.String(),
  question: Type.String(),
  answers: Type.Array(Type.String()),
  documents: Type.Array(
    Type.Object({
      title: Type.String(),
      sentences: Type.Array(Type.String()),
      gold: Type.Array(Type.Integer()),
    }),
    { minItems: 1 },
  ),
});

export type Question = Static<typeof QUESTION>;
type Document = Question['documents'][number];

const TOP_DOCUMENTS = 10;
const TOP_SENTENCES = 2;
const BRIEF_MAX_WORDS = 120;

export const multihop: Measure = {
  name: 'multihop',
  help: 'questions of several steps with documents and gold sentences (JSONL); all gold documents in the top 10 of the pooled library, sentence F1@2, briefs with the answer',
  run,
};

interface Answered {
  id: string;
  question: string;
  /** Titles of the pooled library, best first. */
  ranked: string[];
  /** The two sentences that the job over the question's own documents puts first. */
  sentences: { title: string; index: number; quote: string }[];
  brief: string;
  figures: { foundAll: boolean; f1: number; holdsAnswer: boolean | null; words: number };
}

async function run(context: Context): Promise<Row[]> {
  const files = await recordFiles(context.data, QUESTION);
  const answers: Answered[] = [];
  for (const { records } of files) {
    answers.push(...(await withEngine((engine) => answersOf(engine, records, context.log))));
  }
  for (const answer of answers) context.out?.write(answer);
  const figures = answers.map((answer) => answer.figures);
  const worded = figures.flatMap(({ holdsAnswer }) => (holdsAnswer === null ? [] : [holdsAnswer]));
  return [
    { name: 'questions', value: answers.length, unit: 'count' },
    { name: 'all gold documents in the top 10, pooled', ...share(figures.map((f) => f.foundAll)) },
    { name: 'sentence F1@2', value: mean(figures.map(({ f1 }) => f1)), unit: 'share' },
    { name: 'questions that are not yes/no', value: worded.length, unit: 'count' },
    { name: `briefs of at most ${BRIEF_MAX_WORDS} words with the answer`, ...share(worded) },
    { name: 'length of a brief', value: mean(figures.map(({ words }) => words)), unit: 'words' },
  ];
}

function share(holds: boolean[]): Pick<Row, 'value' | 'unit'> {
  return { value: mean(holds.map(Number)), unit: 'share' };
}

/** The jobs over given documents come first: the library is empty then. */
async function answersOf(
  engine: Engine,
  questions: Question[],
  log: Context['log'],
): Promise<Answered[]> {
  log(`Asking ${questions.length} questions over their own documents`);
  const own = await eachOf(questions, (question) => overOwnDocuments(engine, question));
  const pool = new Map<string, Document>();
  for (const document of questions.flatMap((question) => question.documents)) {
    pool.set(textOf(document), document);
  }
  log(`Asking them over all ${pool.size} documents`);
  const titleOf = new Map<string, string>();
  await eachOf([...pool], async ([text, { title }]) => {
    titleOf.set(`library:${await engine.addDocument(title, text, title)}`, title);
  });
  return eachOf(questions, async ({ id, question, answers, documents }, index) => {
    const { state } = await engine.ask(question, { library: true });
    const ranked = ranking(state).map((url) => titleOf.get(url) ?? url);
    const { sentences, brief, f1 } = own[index] ?? { sentences: [], brief: '', f1: 0 };
    const top = new Set(ranked.slice(0, TOP_DOCUMENTS));
    const foundAll = documents.every(({ title, gold }) => gold.length === 0 || top.has(title));
    const figures = { foundAll, f1, holdsAnswer: holds(brief, answers), words: wordsOf(brief) };
    return { id, question, ranked, sentences, brief, figures };
  });
}

/** The job's sources, those first whose words it puts first, the others as it read them. */
function ranking({ findings, sources }: ResearchView['state']): string[] {
  const quoted = findings.flatMap(({ quotes }) => quotes.map(({ source }) => source));
  const order = new Set([...quoted, ...sources.map(({ number }) => number)]);
  return [...order].map((number) => sources.find((one) => one.number === number)?.url ?? '');
}

async function overOwnDocuments(engine: Engine, { question, documents }: Question) {
  const { state } = await engine.ask(question, { sources: documents.map(sourceOf) });
  const { plan, findings, gaps } = state;
  if (!plan) throw new Error('a job that is done has a plan');
  const stage = { plan, findings, gaps, sources: state.sources, maxWords: BRIEF_MAX_WORDS };
  const { brief } = await engine.core.pool.run('synthesize', stage);
  const leads = findings.flatMap(({ quotes }) => quotes.slice(0, 1));
  const others = findings.flatMap(({ quotes, disputedBy }) => [...quotes.slice(1), ...disputedBy]);
  const sentences: Answered['sentences'] = [];
  for (const quote of [...leads, ...others]) {
    const source = state.sources.find(({ number }) => number === quote.source);
    const document = documents.find(({ title }) => title === source?.title);
    const index = document ? sentenceAt(document, quote) : -1;
    if (!document || index === -1) continue;
    const { title } = document;
    if (sentences.some((known) => known.title === title && known.index === index)) continue;
    sentences.push({ title, index, quote: quote.text });
  }
  const best = sentences.slice(0, TOP_SENTENCES);
  return { sentences: best, brief, f1: f1Of(best, documents) };
}

/** A document as a source that comes with the question. */
export function sourceOf(document: Document) {
  return { kind: 'text' as const, title: document.title, text: textOf(document) };
}

function textOf({ sentences }: Document): string {
  return sentences.map((sentence) => sentence.trim()).join(' ');
}

/** The sentence that most of the quote stands in; -1 for none. */
export function sentenceAt({ sentences }: Document, { start, end }: Quote): number {
  let at = 0;
  let most = 0;
  let best = -1;
  for (const [index, sentence] of sentences.entries()) {
    const { length } = sentence.trim();
    const shared = Math.min(end, at + length) - Math.max(start, at);
    if (shared > most) {
      most = shared;
      best = index;
    }
    at += length + 1;
  }
  return best;
}

function f1Of(sentences: Answered['sentences'], documents: Document[]): number {
  const gold = new Map(documents.map(({ title, gold }) => [title, new Set(gold)]));
  const goldCount = documents.reduce((sum, document) => sum + document.gold.length, 0);
  const right = sentences.filter(({ title, index }) => gold.get(title)?.has(index)).length;
  return (2 * right) / Math.max(1, sentences.length + goldCount);
}

/** Null where the answer is yes or no, which a text need not say. */
function holds(brief: string, answers: string[]): boolean | null {
  if (answers.some((answer) => /^(?:yes|no)$/i.test(answer.trim()))) return null;
  const said = bare(brief);
  return answers.some((answer) => said.includes(` ${bare(answer).trim()} `));
}

/** Words alone, in lower case, each between spaces: marks and Markdown are not part of an answer. */
function bare(text: string): string {
  const words =
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
  return ` ${words.join(' ')} `;
}

function wordsOf(text: string): number {
  return text.match(/\S+/g)?.length ?? 0;
}
