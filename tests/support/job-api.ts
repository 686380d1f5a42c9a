import { Database } from 'bun:sqlite';
import { createAuth } from '../../src/accounts/auth';
import { createPasswords } from '../../src/accounts/password';
import { createAccounts } from '../../src/accounts/service';
import { createSessions } from '../../src/accounts/sessions';
import { jobRoutes } from '../../src/api/jobs';
import { research2llmRoutes } from '../../src/api/research2llm/routes';
import { createCredits } from '../../src/credits/service';
import { createHosts } from '../../src/hosts/service';
import { composeApp } from '../../src/http/app';
import { EventStreams } from '../../src/http/sse';
import { createQueue } from '../../src/jobs/queue';
import { createRunner } from '../../src/jobs/runner';
import { createSqliteEngine } from '../../src/jobs/sqlite/engine';
import { createKeys } from '../../src/keys/service';
import { systemChance } from '../../src/lib/ids';
import { creditsToMicros } from '../../src/lib/money';
import { pageContent } from '../../src/library/content';
import { parseDocument } from '../../src/library/parse';
import { createLibrary } from '../../src/library/service';
import { createMail } from '../../src/mail/service';
import { createGuardedFetch } from '../../src/net/guarded-fetch';
import { createPageReader } from '../../src/research/adapters/reader';
import { analyse } from '../../src/research/analyse';
import { createResearchHandler } from '../../src/research/jobs';
import type { Reader, ReadOptions, SearchProvider, SearchQuery } from '../../src/research/ports';
import { createResearch } from '../../src/research/service';
import { synthesize } from '../../src/research/stages/synthesize';
import { fillTyped } from '../../src/research/typed/fill';
import { createUserJobs } from '../../src/research/user-jobs';
import { openAnnouncing } from './announcing';
import { ManualClock } from './clock';
import { openTestDatabase } from './database';
import { silentLog } from './log';

const LEASE_MS = 30_000;
const LIMITS = { maxBytes: 1_000_000, timeoutMs: 10_000, maxRedirects: 3 };
/** Where the sites of tests are, under any name below `localhost`. */
const LOOPBACK = ['127.0.0.0/8'];

/** What a test finds: what is not said is a page without a date, found by the provider's name. */
export type Found = { url: string; title: string; snippet?: string; publishedMs?: number };

/** A provider that finds the same whatever is asked, and remembers what was. */
export function fixedProvider(
  found: Found[],
  rest: { name?: string; channel?: 'web' | 'news'; costUsdMicros?: number } = {},
): SearchProvider & { asked: SearchQuery[] } {
  const name = rest.name ?? 'fixed';
  const asked: SearchQuery[] = [];
  return {
    ...rest,
    name,
    asked,
    async search(query) {
      asked.push(query);
      return found.map((hit) => ({
        snippet: null,
        doi: null,
        snapshotHash: null,
        ...hit,
        provider: name,
      }));
    },
  };
}

/** The jobs of research2llm over a real file, performed when a test says so. `providers` may be
 * changed before a job is. */
export async function openJobApi(nowMs: number) {
  const file = await openTestDatabase();
  const { db } = file;
  const clock = new ManualClock(nowMs);
  const ports = { db, clock, chance: systemChance, log: silentLog };
  const engine = createSqliteEngine(db);
  const queue = createQueue({ engine, clock, log: silentLog });
  const credits = createCredits(ports);
  const keys = createKeys(ports);
  const fetch = createGuardedFetch({ clock, userAgent: 'test', allow: LOOPBACK, limits: LIMITS });
  const library = createLibrary({
    ...ports,
    fetch,
    parse: parseDocument,
    search: async () => [],
    chunk: async () => [],
    limits: { maxDocumentBytes: 1_000_000 },
  });
  const research = createResearch({
    ...ports,
    queue,
    credits,
    keys,
    library,
    parse: parseDocument,
  });
  const pages = createPageReader({
    fetch,
    parse: parseDocument,
    content: async (input) => pageContent(input),
  });
  const reads: (ReadOptions | undefined)[] = [];
  const reader: Reader = {
    read(url, signal, options) {
      reads.push(options);
      return pages.read(url, signal, options);
    },
  };
  const providers: SearchProvider[] = [];
  const announcing = openAnnouncing(
    { ...ports, queue },
    {
      resolve: async (name) => {
        if (name === 'hooks.example.com') return ['93.184.216.34'];
        if (name === 'inside.example.com') return ['10.0.0.7'];
        throw new Error('no such name');
      },
    },
  );
  const handler = createResearchHandler({
    ...ports,
    ...announcing,
    queue,
    credits,
    keys,
    library,
    reader,
    stages: {
      analyse: async (input) => analyse(input),
      synthesize: async (input) => synthesize(input),
      fillTyped: async (input) => fillTyped(input),
    },
    providers: async () => providers,
    concurrency: 4,
  });
  const runner = createRunner({
    ...ports,
    engine,
    queue,
    handlers: [handler],
    leaseMs: LEASE_MS,
    graceMs: 0,
  });
  const sessions = createSessions(ports);
  const hosts = createHosts({
    ...ports,
    queue,
    credits,
    keys,
    checkDestination: async (url) => url,
    drive: () => ({ stop: async () => {} }),
    options: { operatorSharePercent: 0, openRegistration: false, maxPriceUsd: 1 },
  });
  const auth = createAuth({
    ...ports,
    queue,
    credits,
    mail: createMail({ ...ports, queue }),
    passwords: createPasswords(),
    sessions,
    signup: 'open',
    baseUrl: 'https://sonde.example.com',
  });
  const deps = {
    ...ports,
    research,
    hosts,
    userJobs: createUserJobs(ports),
    auth,
    limiter: undefined,
    streams: new EventStreams(ports.clock),
    keys,
    accounts: createAccounts({ ...ports, credits, sessions }),
    webhooks: announcing.webhooks,
    defaultLanguage: 'pl',
  };
  const app = composeApp({
    log: silentLog,
    routes: [jobRoutes(deps), ...research2llmRoutes(deps)],
  });

  async function call(
    method: string,
    path: string,
    credential: Record<string, string> = {},
    body?: unknown,
  ) {
    const isRaw = typeof body === 'string';
    const answer = await app.handle(
      new Request(`http://localhost${path}`, {
        method,
        headers: {
          ...credential,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: isRaw ? body : JSON.stringify(body) }),
      }),
    );
    const text = await answer.text();
    const isJson = /json/.test(answer.headers.get('content-type') ?? '');
    // biome-ignore lint/suspicious/noExplicitAny: what an answer holds is what a test looks at
    const json: any = isJson && text !== '' ? JSON.parse(text) : undefined;
    return { status: answer.status, headers: answer.headers, text, body: json };
  }

  return {
    ...ports,
    file,
    queue,
    credits,
    keys,
    library,
    research,
    runner,
    providers,
    reads,
    call,
    /** A user with so many credits. */
    async addUser(id: string, grantedCredits: number, status = 'active'): Promise<void> {
      const raw = new Database(file.path, { readwrite: true });
      raw
        .query(`INSERT INTO user (id, email, role, status, created_ms)
          VALUES (?, ?, 'member', ?, 0)`)
        .run(id, `${id}@example.com`, status);
      raw.close();
      const amountMicros = creditsToMicros(grantedCredits);
      await db.write(async (tx) => {
        await credits.open(tx, id);
        if (amountMicros === 0) return;
        const gift = { id: `gift ${id}`, userId: id, bucket: 'purchased', note: '' } as const;
        await credits.grant(tx, { ...gift, amountMicros });
      });
    },
    /** A user's access token, good for the next minutes. */
    async signIn(userId: string): Promise<{ authorization: string }> {
      const token = sessions.sign(await db.write((tx) => sessions.start(tx, userId, 0)));
      return { authorization: `Bearer ${await token}` };
    },
    /** A new key of a user, as its header. */
    async newKey(userId: string): Promise<{ 'x-api-key': string }> {
      const { plaintext } = await keys.create({ userId, name: 'test', style: 'research2llm' });
      return { 'x-api-key': plaintext };
    },
    /** Performs the next job. */
    async perform(): Promise<void> {
      const [job] = await queue.claim('research', 1, LEASE_MS);
      if (!job) throw new Error('no job is queued');
      await runner.perform(job);
    },
  };
}
