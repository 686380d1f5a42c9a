import { afterEach, describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import {
  openWorld,
  quietWeb,
  type Stop,
  schema,
  type WebModel,
} from '../../tests/support/replay-world';
import type { ResearchMode } from './types';

const RUNS = process.env.SONDE_LONG ? 200 : 12;
const TIMEOUT_MS = process.env.SONDE_LONG ? 900_000 : 60_000;

const opened: Awaited<ReturnType<typeof openWorld>>[] = [];
afterEach(async () => {
  for (const world of opened.splice(0)) await world.file.close();
});

async function worldWith(model: Partial<WebModel>) {
  const world = await openWorld({ failsAtTen: 0, usdMicros: 0, seed: 1, ...model });
  opened.push(world);
  return world;
}

type World = Awaited<ReturnType<typeof worldWith>>;

async function expectIdentical({ replays }: World, id: string): Promise<void> {
  const { isIdentical, problems, differences } = await replays.replay(id, null);
  expect({ problems, differences }).toEqual({ problems: [], differences: [] });
  expect(isIdentical).toBe(true);
}

/** The calls of a job's model by their stages. */
async function modelCalls({ replays }: World, id: string) {
  const { calls } = await replays.trace(id, null);
  return calls
    .filter(({ port }) => port.startsWith('llm.'))
    .map(({ port, response }) => ({
      stage: port.slice('llm.'.length),
      ...(response as { isCalled: boolean; text: string | null; error: string | null }),
    }));
}

describe('a replay of a job with a model', () => {
  test(
    'gives the same result, however the model answered and the job ended',
    async () => {
      const model = fc.record({
        failsAtTen: fc.constantFrom(0, 3, 7, 10),
        usdMicros: fc.constantFrom(0, 1_000_000, 20_000_000),
        seed: fc.nat({ max: 1_000 }),
      });
      const asked = fc.record({
        mode: fc.constantFrom<ResearchMode>('lite', 'standard', 'pro', 'max'),
        maxCredits: fc.integer({ min: 10, max: 400 }),
        responseSchema: fc.constantFrom(null, schema),
      });
      const stop = fc.record({
        atCall: fc.integer({ min: 1, max: 90 }),
        reason: fc.constantFrom<Stop['reason'][]>('gathered', 'budget', 'canceled', 'shutdown'),
      });
      await fc.assert(
        fc.asyncProperty(
          model,
          asked,
          fc.array(stop, { maxLength: 2 }),
          async (model, asked, stops) => {
            const world = await worldWith(model);
            await expectIdentical(world, await world.perform(asked, quietWeb, stops));
          },
        ),
        { numRuns: RUNS },
      );
    },
    TIMEOUT_MS,
  );

  test('that was cut while it gathered, and then still wrote, writes again', async () => {
    const whole = await worldWith({});
    const count = (await whole.portCalls(await whole.perform({}, quietWeb))) + 1;
    let written = 0;
    for (let atCall = 1; atCall <= count; atCall += 4) {
      const world = await worldWith({});
      const id = await world.perform({ responseSchema: schema }, quietWeb, [
        { atCall, reason: 'gathered' },
      ]);
      const calls = await modelCalls(world, id);
      const { state } = await world.research.get(id, null);
      expect(state.stopReason).toBe('budget');
      written += calls.filter(({ stage, text }) => stage === 'write' && text !== null).length;
      await expectIdentical(world, id);
    }
    expect(written).toBeGreaterThan(3);
  });

  test('whose calls failed and were made again takes no recorded failure for one of its own', async () => {
    for (const seed of [1, 2, 3]) {
      const world = await worldWith({ failsAtTen: 8, seed });
      const id = await world.perform({}, quietWeb);
      const calls = await modelCalls(world, id);
      expect(calls.filter(({ error }) => error === 'it has no time').length).toBeGreaterThan(0);
      expect(calls.filter(({ text }) => text?.startsWith('I would')).length).toBeGreaterThan(0);
      await expectIdentical(world, id);
    }
  });

  test('that paid its model out of its cap reads as many sources', async () => {
    const world = await worldWith({ usdMicros: 20_000_000 });
    for (const maxCredits of [60, 129, 172, 250]) {
      const id = await world.perform({ mode: 'max', maxCredits }, quietWeb);
      expect((await world.research.get(id, null)).row.callCostMicros).toBeGreaterThan(0);
      await expectIdentical(world, id);
    }
  });
});
