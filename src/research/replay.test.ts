import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import {
  openWorld,
  question,
  quietWeb,
  type Stop,
  schema,
  type Web,
} from '../../tests/support/replay-world';
import type { ResearchMode } from './types';

const RUNS = process.env.SONDE_LONG ? 200 : 8;
const TIMEOUT_MS = process.env.SONDE_LONG ? 600_000 : 60_000;

let world: Awaited<ReturnType<typeof openWorld>>;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.file.close());

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
