import { Database } from 'bun:sqlite';
import { createCredits } from '../../../src/credits/service';
import { createQueue } from '../../../src/jobs/queue';
import { createRunner } from '../../../src/jobs/runner';
import { createSqliteEngine } from '../../../src/jobs/sqlite/engine';
import { createKeys } from '../../../src/keys/service';
import { systemClock } from '../../../src/lib/clock';
import { systemChance } from '../../../src/lib/ids';
import { parseDocument } from '../../../src/library/parse';
import { createLibrary } from '../../../src/library/service';
import { createGuardedFetch } from '../../../src/net/guarded-fetch';
import { createPageReader } from '../../../src/research/adapters/reader';
import { createWikipediaProvider } from '../../../src/research/adapters/wikipedia';
import { analyse } from '../../../src/research/analyse';
import { createResearchHandler } from '../../../src/research/jobs';
import { createResearch, type ResearchView } from '../../../src/research/service';
import { synthesize } from '../../../src/research/stages/synthesize';
import { fillTyped } from '../../../src/research/typed/fill';
import type { ResearchRequest } from '../../../src/research/types';
import { openAnnouncing } from '../announcing';
import { onCleanUp } from '../cleanup';
import { openTestDatabase } from '../database';
import { silentLog } from '../log';
import type { Host } from './host';
import { MAX_BYTES } from './reading';

const LEASE_MS = 60_000;
const TIMEOUT_MS = 2_000;
const USER_ID = 'asker';

/** The guarded fetch as a server has it, with loopback allowed. */
export function loopbackFetch(timeoutMs: number) {
  return createGuardedFetch({
    clock: systemClock,
    userAgent: 'SondeBot/0.1',
    allow: ['127.0.0.0/8'],
    limits: { maxBytes: MAX_BYTES, timeoutMs, maxRedirects: 5 },
  });
}

/** Whole research jobs over real HTTP. With `wiki`, a host that answers as Wikipedia does, they
 * search there; else nowhere. */
export async function openSonde(wiki?: Host) {
  const { db, path, close } = await openTestDatabase();
  onCleanUp(close);
  const ports = { db, clock: systemClock, chance: systemChance, log: silentLog };
  const engine = createSqliteEngine(db);
  const queue = createQueue({ ...ports, engine });
  const credits = createCredits(ports);
  const keys = createKeys(ports);
  const fetch = loopbackFetch(TIMEOUT_MS);
  const library = createLibrary({
    ...ports,
    fetch,
    parse: parseDocument,
    search: async () => [],
    chunk: async () => [],
    limits: { maxDocumentBytes: 1_000_000 },
  });
  const features = { ...ports, queue, credits, keys, library, parse: parseDocument };
  const research = createResearch(features);
  const handler = createResearchHandler({
    ...features,
    ...openAnnouncing({ ...ports, queue }),
    reader: createPageReader({ fetch, parse: parseDocument }),
    stages: {
      analyse: async (input) => analyse(input),
      synthesize: async (input) => synthesize(input),
      fillTyped: async (input) => fillTyped(input),
    },
    providers: async () =>
      wiki ? [createWikipediaProvider({ ...ports, fetch, baseUrl: wiki.origin })] : [],
    concurrency: 1,
  });
  const runner = createRunner({
    ...ports,
    engine,
    queue,
    handlers: [handler],
    leaseMs: LEASE_MS,
    graceMs: 0,
  });
  await addAsker(path, (userId) => db.write((tx) => credits.open(tx, userId)));

  return {
    library,
    research,
    /** Performs a job to its end. */
    async ask(question: string, change: Partial<ResearchRequest> = {}): Promise<ResearchView> {
      const request: ResearchRequest = {
        question,
        mode: 'pro',
        maxCredits: null,
        maxWallclockSeconds: null,
        responseSchema: null,
        sources: [],
        search: { library: false, web: true },
        language: 'en',
        ...change,
      };
      const options = { leaseMs: LEASE_MS, isGranted: true };
      const job = await research.submitClaimed({ userId: USER_ID, key: null }, request, options);
      await runner.perform(job);
      return research.get(job.id, null);
    },
  };
}

async function addAsker(path: string, open: (userId: string) => Promise<void>): Promise<void> {
  const raw = new Database(path, { readwrite: true });
  raw
    .query(`INSERT INTO user (id, email, role, status, created_ms)
      VALUES (?, ?, 'member', 'active', 0)`)
    .run(USER_ID, `${USER_ID}@example.com`);
  raw.close();
  await open(USER_ID);
}

/** What a host's search finds, as MediaWiki answers. */
export function searchAnswer(found: { title: string; snippet: string }[]): Response {
  return Response.json({ query: { search: found } });
}
