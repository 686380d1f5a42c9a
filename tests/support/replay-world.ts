import { Database } from 'bun:sqlite';
import { expect } from 'bun:test';
import { createCredits } from '../../src/credits/service';
import { createQueue } from '../../src/jobs/queue';
import { createSqliteEngine } from '../../src/jobs/sqlite/engine';
import type { Job, StopReason } from '../../src/jobs/types';
import { createKeys } from '../../src/keys/service';
import type { Clock } from '../../src/lib/clock';
import { Fault } from '../../src/lib/fault';
import { sha256Hex, systemChance } from '../../src/lib/ids';
import { creditsToMicros } from '../../src/lib/money';
import { parseDocument } from '../../src/library/parse';
import { createLibrary } from '../../src/library/service';
import { FetchFault } from '../../src/net/fetch-fault';
import { analyse } from '../../src/research/analyse';
import { createResearchHandler } from '../../src/research/jobs';
import { excerpt } from '../../src/research/llm/excerpt';
import { locateAll } from '../../src/research/llm/locate';
import type { LlmModels } from '../../src/research/llm/setup';
import { type LlmSetup, writingMs } from '../../src/research/llm/stages';
import { budgetOf } from '../../src/research/modes';
import type { Llm, Reader, SearchProvider } from '../../src/research/ports';
import { createReplays } from '../../src/research/replay';
import { createResearch } from '../../src/research/service';
import { createSettlement } from '../../src/research/settlement';
import { synthesize } from '../../src/research/stages/synthesize';
import { fillTyped } from '../../src/research/typed/fill';
import type { PinnedRequest, ResearchRequest } from '../../src/research/types';
import { openAnnouncing } from './announcing';
import { ManualClock } from './clock';
import { openTestDatabase } from './database';
import { honest, type ReceivedCall } from './llm-server';
import { silentLog } from './log';
import { snapshotOf } from './snapshot';

/** What the Internet of one test says: the same whenever it is asked, at whatever pace. */
export interface Web {
  seed: number;
  /** Of ten pages, how many cannot be read. */
  brokenPages: number;
  providers: { failsAtTen: number; costUsdMicros: number }[];
}

export interface WebModel {
  /** Of ten calls, how many come to nothing, in one way or another. */
  failsAtTen: number;
  /** Of its price, per million tokens in and out. */
  usdMicros: number;
  /** What it says, by its own seed. */
  seed: number;
}

/** When a job is told to stop, counted in calls of its ports, and why: `gathered` ends the time in
 * which it gathers, and leaves that in which a model writes. */
export interface Stop {
  atCall: number;
  reason: StopReason | 'budget' | 'gathered';
}

const MAX_MODE_MS = 1_800_000;
/** What a call waits before it is made again is over at once. */
const SHORT_MS = 1_000;

function impatient(clock: ManualClock): Clock {
  return {
    nowMs: () => clock.nowMs(),
    after(delayMs, callback) {
      if (delayMs >= SHORT_MS) return clock.after(delayMs, callback);
      queueMicrotask(callback);
      return () => {};
    },
  };
}

/** A model that says the same whenever it is asked the same; `arrive` is when it answers. */
/** One for all jobs: it costs the operator, not who asks. */
function modelsOf(setup: LlmSetup): LlmModels {
  return { reader: 'm', writer: 'm', isPool: false, forJob: () => setup };
}

function setupOf(
  { failsAtTen, usdMicros, seed }: WebModel,
  arrive: (kind: string) => Promise<void> = () => Promise.reject(new Error('a replay asks nobody')),
): LlmSetup {
  const llm: Llm = {
    model: 'm',
    contextTokens: 8_000,
    price: { inputUsdMicros: usdMicros, outputUsdMicros: usdMicros },
    async complete(call, signal) {
      const kind = JSON.stringify(call);
      await arrive(kind);
      signal.throwIfAborted();
      const answer = { model: 'm', usage: { inputTokens: 500, outputTokens: 100 } };
      const [{ content: system } = { content: '' }, { content: user } = { content: '' }] =
        call.messages;
      const stage = (call.schema?.name ?? 'plan') as ReceivedCall['stage'];
      const said = honest('bridge', '/opened')({ stage, system, user } as ReceivedCall) as Said;
      const text = stage === 'plan' ? PLAN : said.text;
      const costUsdMicros = Math.ceil((600 * usdMicros) / 1_000_000);
      if (digit(seed, kind) >= failsAtTen) return { ...answer, text, costUsdMicros };
      return { ...answer, ...failure(digit(seed, kind, 'how'), text), costUsdMicros };
    },
  };
  const tools = {
    excerpt: async (input: Parameters<typeof excerpt>[0]) => excerpt(input),
    locate: async (input: Parameters<typeof locateAll>[0]) => locateAll(input),
  };
  const chance = { ...systemChance, fraction: () => 0 };
  return { reader: llm, writer: llm, chance, tools };
}

type Said = { text: string };
const PLAN = JSON.stringify({ sub_questions: ['Who was the engineer?', 'Orrin bridge opening'] });

function failure(how: number, text: string): Said & { isCutOff?: boolean } {
  if (how < 3) throw new FetchFault('status', 'it has no time', { status: 500 });
  if (how < 4) throw new Fault('unavailable', 'it says nothing of use');
  if (how < 6) {
    const said = 'the prompt is longer than the context size of 6000 tokens';
    throw new FetchFault('status', 'it is too long', { status: 400, said });
  }
  if (how < 8) return { text: text.slice(0, 5), isCutOff: true };
  return { text: 'I would love to help you!' };
}

const stages = {
  analyse: async (input: Parameters<typeof analyse>[0]) => analyse(input),
  synthesize: async (input: Parameters<typeof synthesize>[0]) => synthesize(input),
  fillTyped: async (input: Parameters<typeof fillTyped>[0]) => fillTyped(input),
};

function digit(seed: number, ...parts: (string | number)[]): number {
  return Number.parseInt(sha256Hex(JSON.stringify([seed, ...parts])).slice(0, 6), 16) % 10;
}

const NAMES = ['Orrin', 'Tarvik', 'Skerrow', 'Lysmark', 'Vessby', 'Halden'];

function pageText(seed: number, url: string): string {
  const name = (turn: number) => NAMES[digit(seed, url, turn) % NAMES.length];
  const day = 1 + digit(seed, url, 'day');
  return [
    `The ${name(1)} bridge was opened on ${day % 3 === 0 ? 4 : 7} May 196${day % 2} by ${name(2)} Moss.`,
    `Its engineer was Ada ${name(3)}, who was born in ${name(4)} near page ${url.slice(-3)}.`,
    `The ferry across the ${name(5)} carries ${100 + day} people a day.`,
  ].join(' ');
}

/** Research over a real file; its jobs are performed by a test, up to where it stops them. */
export async function openWorld(model?: WebModel) {
  const file = await openTestDatabase();
  const { db } = file;
  const clock = new ManualClock();
  const ports = { db, clock, chance: systemChance, log: silentLog };
  const queue = createQueue({ engine: createSqliteEngine(db), clock, log: silentLog });
  const credits = createCredits(ports);
  const keys = createKeys(ports);
  const library = createLibrary({
    ...ports,
    fetch: { get: () => Promise.reject(new Error('nothing is fetched here')) },
    parse: parseDocument,
    search: async () => [],
    chunk: async () => [],
    limits: { maxDocumentBytes: 1_000 },
  });
  const research = createResearch({
    ...ports,
    queue,
    credits,
    keys,
    library,
    parse: parseDocument,
  });
  const announcing = openAnnouncing({ ...ports, queue });
  queue.onEnded('research', createSettlement({ db, queue, credits, keys, ...announcing }).release);
  const raw = new Database(file.path, { readwrite: true });
  raw.run(`INSERT INTO user (id, email, role, status, created_ms)
    VALUES ('ann', 'ann@example.com', 'member', 'active', 0)`);
  await db.write(async (tx) => {
    await credits.open(tx, 'ann');
    const gift = { id: 'gift', userId: 'ann', bucket: 'purchased', note: '' } as const;
    await credits.grant(tx, { ...gift, amountMicros: creditsToMicros(1_000_000) });
  });

  async function gatheringMs(job: Job): Promise<number> {
    const { row } = await research.get(job.id, null);
    const budget = budgetOf(JSON.parse(row.request) as PinnedRequest);
    return budget.maxWallclockMs - writingMs(budget);
  }

  /** One attempt; resolves to true when the job is through. */
  async function attempt(job: Job, web: Web, stop: Stop | undefined): Promise<boolean> {
    const abort = new AbortController();
    let callCount = 0;
    const arrive = async (kind: string): Promise<void> => {
      callCount += 1;
      if (callCount === stop?.atCall) {
        if (stop.reason === 'budget') clock.advance(MAX_MODE_MS);
        else if (stop.reason === 'gathered') clock.advance(await gatheringMs(job));
        else abort.abort(stop.reason);
      }
      // Now one and now another is there first.
      for (let turn = digit(callCount, kind); turn > 0; turn--) await Promise.resolve();
    };
    const call = async <T>(kind: string, answer: () => T): Promise<T> => {
      await arrive(kind);
      if (stop && callCount > stop.atCall) throw new Fault('fetch_failed', `${kind} was cut off`);
      return answer();
    };
    const providers = web.providers.map(({ failsAtTen, costUsdMicros }, index): SearchProvider => {
      const name = `provider${index}`;
      return {
        name,
        costUsdMicros,
        search: ({ text, limit }) =>
          call(text, () => {
            if (digit(web.seed, name, text) < failsAtTen) {
              throw new Fault('unavailable', `${name} has no time`);
            }
            return Array.from({ length: limit }, (_, rank) => {
              const page = 10 * digit(web.seed, name, text, rank) + digit(web.seed, text, rank);
              const url = `https://example.com/${100 + page}`;
              const rest = { snippet: null, doi: null, snapshotHash: null };
              return { url, title: `Page ${page}`, provider: name, ...rest };
            });
          }),
      };
    });
    const reader: Reader = {
      read: (url) =>
        call(url, () => {
          if (digit(web.seed, url) < web.brokenPages) throw new Fault('fetch_failed', `no ${url}`);
          const text = pageText(web.seed, url);
          const title = `At ${url}`;
          return { url, title, ...snapshotOf(text, 'text/html'), content: `# ${text}` };
        }),
    };
    const handler = createResearchHandler({
      ...ports,
      ...announcing,
      queue,
      credits,
      keys,
      library,
      reader,
      stages,
      providers: async () => providers,
      llm: model && modelsOf(setupOf(model, arrive)),
      clock: impatient(clock),
      concurrency: 1,
    });
    const run = { job, signal: abort.signal, write: db.write };
    const ending = await handler.perform(run);
    if (ending.outcome === 'snooze' || ending.outcome === 'retry') return false;
    const { commit } = ending;
    const state = ending.outcome;
    await queue.finish(job, { state, error: null, by: 'handler', ...(commit ? { commit } : {}) });
    return true;
  }

  return {
    file,
    raw,
    research,
    replays: createReplays({
      db,
      library,
      research,
      stages,
      llm: model && modelsOf(setupOf(model)),
    }),
    /** Performs a job; one that is told to shut down is taken up again, and stopped no more. */
    async perform(asked: Partial<ResearchRequest>, web: Web, stops: Stop[] = []): Promise<string> {
      const request = { ...question, ...asked };
      const { id } = await research.submit({ userId: 'ann', key: null }, request);
      const [job] = await queue.claim('research', 1, 3_600_000);
      for (const stop of stops) if (await attempt(job as Job, web, stop)) return id;
      await attempt(job as Job, web, undefined);
      return id;
    },
    /** Performs a job up to where it stops, and lets it fail there. */
    async fail(asked: Partial<ResearchRequest>, web: Web, stop: Stop): Promise<string> {
      const { id } = await research.submit({ userId: 'ann', key: null }, { ...question, ...asked });
      const [job] = await queue.claim('research', 1, 3_600_000);
      expect(await attempt(job as Job, web, stop)).toBe(false);
      await queue.finish(job as Job, { state: 'failed', error: 'no more', by: 'queue' });
      return id;
    },
    /** How many searches and reads were made for a job, as far as they were committed. */
    async portCalls(id: string): Promise<number> {
      const rows = raw.query('SELECT 1 FROM research_trace WHERE job_id = ? AND port LIKE ?');
      return rows.all(id, 'search.%').length + rows.all(id, 'read.page').length;
    },
    /** What came out, without what only a job that goes on has. */
    async state(id: string) {
      const { frontier: _, ...state } = (await research.get(id, null)).state as object & {
        frontier?: unknown;
      };
      return state;
    },
  };
}

export const question: ResearchRequest = {
  question: 'When was the Orrin bridge opened and who was its engineer?',
  mode: 'standard',
  maxCredits: null,
  maxWallclockSeconds: null,
  responseSchema: null,
  sources: [{ kind: 'text', text: 'The Orrin bridge is closed on Sundays.', title: 'Note' }],
  search: { library: false, web: true },
  language: 'en',
  settings: { sourceContent: 'markdown' },
};
export const schema = {
  type: 'object',
  properties: { opened: { type: 'string', description: 'when the bridge was opened' } },
};
export const quietWeb: Web = {
  seed: 3,
  brokenPages: 2,
  providers: [{ failsAtTen: 0, costUsdMicros: 0 }],
};
