import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openConnection } from '../../src/db/client';
import { createLibrarySearch } from '../../src/library/search';
import { BINARY, freshFolder, type Server, seed, sonde, startServer } from './binary';
import { Corpus } from './corpus';
import { type Figure, median, percentile } from './figures';

const DOCUMENTS = 790;
const DOCUMENT_LENGTH = 100_000;
const SEARCHES = 200;
const WARM_UP_SEARCHES = 50;
/** As a job asks: so many documents for each query. */
const DOCUMENTS_PER_QUERY = 20;
const JOBS_AT_ONCE = 50;
const SMALL_DOCUMENTS = 200;
const SMALL_LENGTH = 20_000;
const RUNS = 5;

/** A library of 100,000 chunks: filling it, searching it, and what it costs to have it. */
export async function libraryFigures(): Promise<Figure[]> {
  const folder = freshFolder();
  try {
    const corpus = new Corpus(1);
    const { key, email } = seed(folder.path);
    const files = writeDocuments(folder.path, corpus, DOCUMENTS, DOCUMENT_LENGTH);
    const startMs = performance.now();
    const { documents } = sonde<{ documents: { chunk_count: number }[] }>(
      folder.path,
      'library',
      'add',
      files,
      '--user',
      email,
    );
    const seconds = (performance.now() - startMs) / 1_000;
    const chunks = documents.reduce((sum, document) => sum + document.chunk_count, 0);
    // What the import left to the kernel is written before searching is timed.
    Bun.spawnSync(['sync']);
    const server = await startServer(folder.path);
    const idleMegabytes = server.residentMegabytes();
    await searchTimes(server, key, corpus, WARM_UP_SEARCHES);
    const searches = await searchTimes(server, key, corpus, SEARCHES);
    const usedMegabytes = server.residentMegabytes();
    await server.stop();
    const thorough = await thoroughTimes(join(folder.path, 'sonde.db'), email, corpus);
    console.error(
      `  ${chunks} chunks; ${idleMegabytes.toFixed(0)} MB before and ${usedMegabytes.toFixed(0)} MB after ${SEARCHES} searches; search p99 ${percentile(searches, 0.99).toFixed(1)} ms`,
    );
    return [
      {
        name: 'adding to the library',
        value: chunks / seconds,
        unit: 'chunks/s',
        bound: 2_000,
        wants: 'at least',
      },
      {
        name: `search of ${chunks} chunks, p50`,
        value: median(searches),
        unit: 'ms',
        bound: 15,
        wants: 'at most',
      },
      {
        name: 'the thorough search of a job, p50',
        value: median(thorough),
        unit: 'ms',
        bound: 30,
        wants: 'at most',
      },
      {
        name: 'memory with that library',
        value: usedMegabytes,
        unit: 'MB',
        bound: 200,
        wants: 'at most',
      },
    ];
  } finally {
    folder.remove();
  }
}

/** Whole jobs over 200 documents of 20 kB. */
export async function researchFigures(): Promise<Figure[]> {
  const folder = freshFolder();
  try {
    const corpus = new Corpus(2);
    const { key, email } = seed(folder.path);
    const files = writeDocuments(folder.path, corpus, SMALL_DOCUMENTS, SMALL_LENGTH);
    sonde(folder.path, 'library', 'add', files, '--user', email);
    const secondsOfRuns = Array.from({ length: RUNS }, () => researchSeconds(folder.path, corpus));
    const server = await startServer(folder.path);
    const healthMs = await healthUnderJobs(server, key, corpus);
    await server.stop();
    return [
      {
        name: 'research --mode standard, 200 documents',
        value: median(secondsOfRuns),
        unit: 's',
        bound: 2,
        wants: 'at most',
      },
      {
        name: '/health p99 while 50 standard jobs run',
        value: percentile(healthMs, 0.99),
        unit: 'ms',
        bound: 25,
        wants: 'at most',
      },
    ];
  } finally {
    folder.remove();
  }
}

function writeDocuments(folder: string, corpus: Corpus, count: number, length: number): string {
  const path = join(folder, 'documents');
  mkdirSync(path);
  for (let index = 0; index < count; index++) {
    writeFileSync(
      join(path, `document-${index}.txt`),
      `${corpus.sentence()}\n\n${corpus.document(length)}`,
    );
  }
  return path;
}

async function searchTimes(
  server: Server,
  key: string,
  corpus: Corpus,
  count: number,
): Promise<number[]> {
  const times: number[] = [];
  for (let run = 0; run < count; run++) {
    const startMs = performance.now();
    const answer = await fetch(
      `${server.url}/v1/library/search?q=${encodeURIComponent(corpus.query())}`,
      {
        headers: { authorization: `Bearer ${key}` },
      },
    );
    await answer.json();
    times.push(performance.now() - startMs);
  }
  return times;
}

/** The search that no endpoint offers, as a job's Worker runs it. */
async function thoroughTimes(path: string, email: string, corpus: Corpus): Promise<number[]> {
  const connection = openConnection(path, 'reader');
  const search = createLibrarySearch(connection);
  const user = await connection
    .prepare<{ id: string }>('SELECT id FROM user WHERE email = :email')
    .get({ email });
  const times: number[] = [];
  for (let run = 0; run < WARM_UP_SEARCHES + SEARCHES; run++) {
    const startMs = performance.now();
    await search(user?.id ?? '', corpus.query(), DOCUMENTS_PER_QUERY, 'thorough');
    if (run >= WARM_UP_SEARCHES) times.push(performance.now() - startMs);
    // A Worker is given each search in a turn of its own, in which what the last one left is freed.
    await Bun.sleep(0);
  }
  connection.close();
  return times;
}

function researchSeconds(dataDir: string, corpus: Corpus): number {
  const question = `What is known about ${corpus.query()}?`;
  const startMs = performance.now();
  const run = Bun.spawnSync(
    [
      BINARY,
      'research',
      question,
      '--mode',
      'standard',
      '--no-network',
      '--data',
      dataDir,
      '--json',
    ],
    { stderr: 'pipe' },
  );
  if (!run.success) throw new Error(run.stderr.toString());
  return (performance.now() - startMs) / 1_000;
}

async function healthUnderJobs(server: Server, key: string, corpus: Corpus): Promise<number[]> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const times: number[] = [];
  for (let job = 0; job < JOBS_AT_ONCE; job++) {
    const question = `What is known about ${corpus.query()}?`;
    await fetch(`${server.url}/v1/research`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ question, async: true, search: { web: false } }),
    });
  }
  const startedMs = performance.now();
  while (await hasOpenJobs(server, headers)) {
    for (let probe = 0; probe < 50; probe++) {
      const startMs = performance.now();
      await (await fetch(`${server.url}/health`)).json();
      times.push(performance.now() - startMs);
      await Bun.sleep(1);
    }
  }
  const seconds = (performance.now() - startedMs) / 1_000;
  console.error(
    `  ${JOBS_AT_ONCE} standard jobs in ${seconds.toFixed(1)} s, ${times.length} probes`,
  );
  return times;
}

async function hasOpenJobs(server: Server, headers: Record<string, string>): Promise<boolean> {
  for (const status of ['pending', 'running']) {
    const answer = await fetch(`${server.url}/v1/research?status=${status}&limit=1`, { headers });
    if (((await answer.json()) as unknown[]).length > 0) return true;
  }
  return false;
}
