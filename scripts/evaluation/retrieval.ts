import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Type } from '@sinclair/typebox';
import { createLibraryProvider } from '../../src/research/adapters/library';
import { type Engine, eachOf, withEngine } from './engine';
import { filesBelow, readLines, readRecords, refused } from './records';
import { mean } from './report';
import type { Context, Measure, Row } from './types';

const CORPUS = Type.Object({
  _id: Type.String(),
  title: Type.Optional(Type.String()),
  text: Type.String(),
});
const QUERY = Type.Object({ _id: Type.String(), text: Type.String() });

const RANKED = 100;

export const retrieval: Measure = {
  name: 'retrieval',
  help: 'a folder as BEIR lays it out: corpus.jsonl, queries.jsonl, qrels.tsv; nDCG@10, MAP, recall@100',
  run,
};

/** How relevant a document is to a query: by query, then by document. */
type Judgements = Map<string, Map<string, number>>;

interface Answered {
  query: string;
  /** Ids of the corpus, best first. */
  ranked: string[];
  ms: number;
}

async function run(context: Context): Promise<Row[]> {
  const folder = folderOf(context.data);
  const judgements = await readJudgements(judgementsFile(folder));
  const queries = (await readRecords(join(folder, 'queries.jsonl'), QUERY)).filter(({ _id }) =>
    judgements.has(_id),
  );
  if (queries.length === 0) throw refused(`${folder}: no query has a judgement`);
  const answers = await withEngine(async (engine) => {
    const idsOf = await fill(engine, folder, context.log);
    return search(engine, queries, idsOf);
  });
  for (const answer of answers) context.out?.write(answer);
  const judged = answers.map(({ query, ranked }) => ({
    ranked,
    relevant: judgements.get(query) ?? new Map<string, number>(),
  }));
  const times = answers.map(({ ms }) => ms).sort((a, b) => a - b);
  return [
    { name: 'queries', value: answers.length, unit: 'count' },
    {
      name: 'nDCG@10',
      value: mean(judged.map((one) => gain(one.ranked, one.relevant, 10))),
      unit: 'share',
    },
    {
      name: 'MAP',
      value: mean(judged.map((one) => averagePrecision(one.ranked, one.relevant))),
      unit: 'share',
    },
    {
      name: 'recall@100',
      value: mean(judged.map((one) => recall(one.ranked, one.relevant))),
      unit: 'share',
    },
    { name: 'a query, p50', value: times[Math.floor(times.length / 2)] ?? 0, unit: 'ms' },
  ];
}

/** The folder itself, the only one below it that is so laid out, or the one that a file lies in. */
function folderOf(data: string): string {
  if (!statSync(data).isDirectory()) return folderOf(dirname(data));
  if (existsSync(join(data, 'corpus.jsonl'))) return data;
  const found = filesBelow(data).filter((path) => basename(path) === 'corpus.jsonl');
  const [only] = found;
  if (only === undefined || found.length > 1) {
    throw refused(`${data} holds ${found.length} files corpus.jsonl: name the folder of one`);
  }
  return dirname(only);
}

function judgementsFile(folder: string): string {
  const paths = ['qrels.tsv', 'qrels/test.tsv'].map((name) => join(folder, name));
  const found = paths.find((path) => existsSync(path));
  if (!found) throw refused(`${folder} holds neither qrels.tsv nor qrels/test.tsv`);
  if (!existsSync(join(folder, 'queries.jsonl'))) throw refused(`${folder} holds no queries.jsonl`);
  return found;
}

/** Lines of query, document and score, parted by tabs; the first may be a heading. */
async function readJudgements(path: string): Promise<Judgements> {
  const judgements: Judgements = new Map();
  for (const { text, number } of await readLines(path)) {
    const fields = text.trim().split('\t');
    const [query, document] = fields;
    const score = Number(fields.at(-1));
    if (number === 1 && Number.isNaN(score)) continue;
    if (!query || !document || fields.length !== 3 || Number.isNaN(score)) {
      throw refused(`${path}:${number}: not a query, a document and a number, parted by tabs`);
    }
    const known = judgements.get(query) ?? new Map<string, number>();
    if (score > 0) judgements.set(query, known.set(document, score));
  }
  return judgements;
}

/** Adds the corpus; resolves to the corpus' ids of each document: the same text twice is one. */
async function fill(
  engine: Engine,
  folder: string,
  log: Context['log'],
): Promise<Map<string, string[]>> {
  const corpus = await readRecords(join(folder, 'corpus.jsonl'), CORPUS);
  log(`Adding ${corpus.length} documents`);
  const idsOf = new Map<string, string[]>();
  await eachOf(corpus, async ({ _id, title = '', text }) => {
    // A document without a text is its title.
    const body = text.trim() === '' ? title : text;
    if (body.trim() === '') return;
    const id = await engine.addDocument(title, body, _id);
    idsOf.set(id, [...(idsOf.get(id) ?? []), _id]);
  });
  return idsOf;
}

/** One after the other, as a job asks its library. */
async function search(
  { core, userId }: Engine,
  queries: { _id: string; text: string }[],
  idsOf: ReadonlyMap<string, string[]>,
): Promise<Answered[]> {
  const provider = createLibraryProvider({ library: core.library, userId });
  const answers: Answered[] = [];
  for (const { _id, text } of queries) {
    const startMs = performance.now();
    const hits = await provider.search(
      { text, limit: RANKED, language: 'en' },
      new AbortController().signal,
    );
    const ms = performance.now() - startMs;
    const ids = hits.flatMap((hit) => idsOf.get(hit.url.replace('library:', '')) ?? []);
    answers.push({ query: _id, ranked: [...new Set(ids)].slice(0, RANKED), ms });
  }
  return answers;
}

/** Normalised discounted cumulative gain (Järvelin and Kekäläinen 2002), the gain being the score. */
export function gain(
  ranked: string[],
  relevant: ReadonlyMap<string, number>,
  depth: number,
): number {
  const discounted = (scores: number[]) =>
    scores.slice(0, depth).reduce((sum, score, rank) => sum + score / Math.log2(rank + 2), 0);
  const ideal = discounted([...relevant.values()].sort((a, b) => b - a));
  return discounted(ranked.map((id) => relevant.get(id) ?? 0)) / ideal;
}

export function averagePrecision(ranked: string[], relevant: ReadonlyMap<string, number>): number {
  let found = 0;
  let sum = 0;
  for (const [index, id] of ranked.entries()) {
    if (!relevant.has(id)) continue;
    found += 1;
    sum += found / (index + 1);
  }
  return sum / relevant.size;
}

function recall(ranked: string[], relevant: ReadonlyMap<string, number>): number {
  return ranked.filter((id) => relevant.has(id)).length / relevant.size;
}
