import { Database } from 'bun:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { openAnnouncing } from '../../tests/support/announcing';
import { ManualClock } from '../../tests/support/clock';
import { openTestDatabase } from '../../tests/support/database';
import { silentLog } from '../../tests/support/log';
import { createCredits } from '../credits/service';
import { createQueue } from '../jobs/queue';
import { createSqliteEngine } from '../jobs/sqlite/engine';
import type { Job, StopReason } from '../jobs/types';
import { createKeys } from '../keys/service';
import { Fault } from '../lib/fault';
import { sha256Hex, systemChance } from '../lib/ids';
import { creditsToMicros } from '../lib/money';
import { parseDocument } from '../library/parse';
import { createLibrary } from '../library/service';
import { analyse } from './analyse';
import { createResearchHandler } from './jobs';
import type { Reader, SearchProvider } from './ports';
import { createReplays } from './replay';
import { createResearch } from './service';
import { createSettlement } from './settlement';
import { synthesize } from './stages/synthesize';
import { fillTyped } from './typed/fill';
import type { ResearchMode, ResearchRequest } from './types';

const RUNS = process.env.SONDE_LONG ? 200 : 8;
const TIMEOUT_MS = process.env.SONDE_LONG ? 600_000 : 60_000;

/** What the Internet of one test says: the same whenever it is asked, at whatever pace. */
interface Web {
  seed: number;
  /** Of ten pages, how many cannot be read. */
  brokenPages: number;
  providers: { failsAtTen: number; costUsdMicros: number }[];
}

/** When a job is told to stop, counted in calls of its ports, and why. */
interface Stop {
  atCall: number;
  reason: StopReason | 'budget';
}

const stages = {
  analyse: async (input: Parameters<typeof analyse>[0]) => analyse(input),
  synthesize: async (input: Parameters<typeof synthesize>[0]) => synthesize(input),
  fillTyped: async (input: Parameters<typeof fillTyped>[0]) => fillTyped(input),
};

let world: Awaited<ReturnType<typeof openWorld>>;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.file.close());

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
async function openWorld() {
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

  /** One attempt; resolves to true when the job is through. */
  async function attempt(job: Job, web: Web, stop: Stop | undefined): Promise<boolean> {
    const abort = new AbortController();
    let callCount = 0;
    const call = async <T>(kind: string, answer: () => T): Promise<T> => {
      callCount += 1;
      if (callCount === stop?.atCall) {
        if (stop.reason === 'budget') clock.advance(600_000);
        else abort.abort(stop.reason);
      }
      // Now one and now another is there first.
      for (let turn = digit(callCount, kind); turn > 0; turn--) await Promise.resolve();
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
          const content = `# ${text}`;
          return {
            url,
            title: `At ${url}`,
            mediaType: 'text/html',
            pageStarts: null,
            text,
            content,
          };
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
    replays: createReplays({ db, library, research, stages, llm: undefined }),
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

const question: ResearchRequest = {
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
const schema = {
  type: 'object',
  properties: { opened: { type: 'string', description: 'when the bridge was opened' } },
};
const quietWeb: Web = {
  seed: 3,
  brokenPages: 2,
  providers: [{ failsAtTen: 0, costUsdMicros: 0 }],
};

const anyWeb: fc.Arbitrary<Web> = fc.record({
  seed: fc.nat({ max: 1_000 }),
  brokenPages: fc.nat({ max: 6 }),
  providers: fc.array(
    fc.record({
      failsAtTen: fc.constantFrom(0, 3, 10),
      costUsdMicros: fc.constantFrom(0, 10_000, 70_000),
    }),
    { minLength: 1, maxLength: 3 },
  ),
});
const anyAsked = fc.record({
  mode: fc.constantFrom<ResearchMode>('lite', 'standard', 'pro', 'max'),
  maxCredits: fc.integer({ min: 10, max: 400 }),
  responseSchema: fc.constantFrom(null, schema),
});
const anyStop = (reasons: Stop['reason'][]) =>
  fc.record({ atCall: fc.integer({ min: 1, max: 60 }), reason: fc.constantFrom(...reasons) });

async function expectIdentical(id: string): Promise<void> {
  const { isIdentical, problems, differences } = await world.replays.replay(id, null);
  expect({ problems, differences }).toEqual({ problems: [], differences: [] });
  expect(isIdentical).toBe(true);
}

describe('a replay', () => {
  test(
    'gives the same result, however the job went and ended',
    async () => {
      const stops = fc.array(anyStop(['budget', 'canceled', 'shutdown']), { maxLength: 3 });
      await fc.assert(
        fc.asyncProperty(anyWeb, anyAsked, stops, async (web, asked, stopped) => {
          await expectIdentical(await world.perform(asked, web, stopped));
        }),
        { numRuns: RUNS },
      );
    },
    TIMEOUT_MS,
  );

  test('of a job that failed ends where its last whole wave did', async () => {
    const atCall = await world.portCalls(await world.perform({}, quietWeb));
    const id = await world.fail({}, quietWeb, { atCall, reason: 'shutdown' });
    const { state } = await world.research.get(id, null);
    expect([state.waveCount, state.stopReason]).toEqual([1, null]);
    await expectIdentical(id);
  });

  test('counts what the calls of a lost wave have cost', async () => {
    const web = { ...quietWeb, providers: [{ failsAtTen: 0, costUsdMicros: 70_000 }] };
    const asked = { mode: 'max', maxCredits: 100 } as const;
    const id = await world.perform(asked, web);
    const interrupted = await world.perform(asked, web, [{ atCall: 5, reason: 'shutdown' }]);
    const sourceCount = async (job: string) =>
      (await world.research.get(job, null)).row.sourceCount;
    expect(await sourceCount(interrupted)).toBeLessThan(await sourceCount(id));
    await expectIdentical(interrupted);
  });

  test('makes no call of its own and says how many it repeated', async () => {
    const id = await world.perform({}, quietWeb);
    const { calls } = await world.replays.trace(id, null);
    const { callCount } = await world.replays.replay(id, null);
    expect(callCount).toBeGreaterThan(10);
    expect(callCount).toBe(calls.filter(({ port }) => port !== 'wave.end').length);
  });

  test('of a job that was canceled before it started is what it was: nothing', async () => {
    const { id } = await world.research.submit({ userId: 'ann', key: null }, question);
    expect(world.replays.replay(id, null)).rejects.toMatchObject({ code: 'conflict' });
    await world.research.cancel(id, null);
    await expectIdentical(id);
  });

  test("of another user's job is not found", async () => {
    const id = await world.perform({ mode: 'lite' }, quietWeb);
    expect(world.replays.replay(id, 'bob')).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('a job that is taken up again', () => {
  test(
    'comes to what it would have come to without the interruption',
    async () => {
      const free = anyWeb.map((web) => ({
        ...web,
        providers: web.providers.map((provider) => ({ ...provider, costUsdMicros: 0 })),
      }));
      // Near the end, so that waves are committed by then.
      const late = fc.double({ min: 0.6, max: 1, maxExcluded: true, noNaN: true });
      await fc.assert(
        fc.asyncProperty(free, anyAsked, late, async (web, asked, share) => {
          const id = await world.perform(asked, web);
          const atCall = 1 + Math.floor(share * (await world.portCalls(id)));
          const resumed = await world.perform(asked, web, [{ atCall, reason: 'shutdown' }]);
          expect(await world.state(resumed)).toEqual(await world.state(id));
        }),
        { numRuns: RUNS },
      );
    },
    TIMEOUT_MS,
  );
});

describe('a record that was changed', () => {
  let id: string;
  beforeEach(async () => {
    id = await world.perform({ mode: 'lite' }, quietWeb);
  });

  const stored = (port: string) =>
    world.raw
      .query<{ seq: number; response_zstd: Uint8Array<ArrayBuffer> }, [string, string]>(
        'SELECT seq, response_zstd FROM research_trace WHERE job_id = ? AND port = ? ORDER BY seq',
      )
      .get(id, port) as { seq: number; response_zstd: Uint8Array<ArrayBuffer> };

  function overwrite(port: string, response: Uint8Array): void {
    world.raw.run('UPDATE research_trace SET response_zstd = ? WHERE job_id = ? AND seq = ?', [
      response as Uint8Array<ArrayBuffer>,
      id,
      stored(port).seq,
    ]);
  }

  test('names where the result differs', async () => {
    world.raw.run(
      `UPDATE research SET checkpoint = json_set(checkpoint, '$.brief', 'It never was.')`,
    );
    const { isIdentical, problems, differences } = await world.replays.replay(id, null);
    expect([isIdentical, problems]).toEqual([false, []]);
    expect(differences.map(({ pointer }) => pointer)).toEqual(['/brief', '/report']);
    expect(differences[0]).toMatchObject({ recorded: 'It never was.' });
  });

  test('tells a text that is gone or says something else', async () => {
    world.raw.run('PRAGMA foreign_keys = OFF');
    const changed = Bun.zstdCompressSync('Nothing of it is true.');
    world.raw.run('UPDATE snapshot SET text_zstd = ?, length = 22', [changed]);
    const spoiled = await world.replays.replay(id, null);
    expect(spoiled.problems[0]).toContain('no longer what was read');
    world.raw.run('DELETE FROM snapshot');
    const gone = await world.replays.replay(id, null);
    expect([gone.isIdentical, gone.problems[0]]).toEqual([false, spoiled.problems[0]]);
  });

  test('tells a content that is gone or says something else', async () => {
    const changed = Bun.zstdCompressSync('#');
    for (const source of [1, 2]) {
      const where = 'WHERE job_id = ? AND source = ?';
      world.raw.run(`UPDATE research_content SET text_zstd = ?, length = 1 ${where}`, [
        changed,
        id,
        source,
      ]);
    }
    world.raw.run('DELETE FROM research_content WHERE job_id = ? AND source = 3', [id]);
    const { isIdentical, problems, differences } = await world.replays.replay(id, null);
    expect([isIdentical, differences]).toEqual([false, []]);
    expect(problems).toHaveLength(3);
    expect(problems[0]).toBe(
      'the markdown content of source 1 is missing, or is no longer what was read',
    );
  });

  test('tells a call that is missing', async () => {
    world.raw.run('DELETE FROM research_trace WHERE seq = ?', [stored('search.provider0').seq]);
    const { isIdentical, problems } = await world.replays.replay(id, null);
    expect([isIdentical, problems[0]]).toEqual([false, expect.stringContaining('holds no answer')]);
  });

  test('is refused when the beginning of a wave is missing, as in earlier versions', () => {
    world.raw.run("DELETE FROM research_trace WHERE port = 'wave'");
    expect(world.replays.replay(id, null)).rejects.toThrow('an earlier version');
  });

  test('is refused when a call is no JSON any more', () => {
    overwrite('read.page', Buffer.from('this is no zstd frame'));
    expect(world.replays.replay(id, null)).rejects.toThrow(/call \d+ of the trace cannot be read/);
    expect(world.replays.trace(id, null)).rejects.toMatchObject({ code: 'unprocessable' });
  });

  test.each([null, 7, 'x', [7], [null], {}, { url: [] }, { providers: 7 }])(
    'breaks nothing when an answer is %j',
    async (answer) => {
      for (const port of ['read.page', 'search.provider0', 'wave']) {
        overwrite(port, Bun.zstdCompressSync(JSON.stringify(answer)));
        const { isIdentical, problems, differences } = await world.replays.replay(id, null);
        expect([isIdentical, problems.length + differences.length > 0]).toEqual([false, true]);
      }
    },
  );
});
