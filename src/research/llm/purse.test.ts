import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { creditsToMicros } from '../../lib/money';
import { Meter } from '../meter';
import { SOURCE_PRICE_MICROS } from '../modes';
import type { Llm } from '../ports';
import type { PinnedRequest } from '../types';
import { emptyMemory, LLM_STAGES } from './memory';
import { openPurse } from './purse';

function model(usdMicros: number): Llm {
  return {
    model: 'm',
    contextTokens: 10_000,
    price: { inputUsdMicros: usdMicros, outputUsdMicros: usdMicros },
    complete: () => Promise.reject(new Error('nobody is asked here')),
  };
}

function request(maxCostUsdMicros: number | null): PinnedRequest {
  return {
    question: 'q',
    mode: 'lite',
    maxCredits: null,
    maxWallclockSeconds: null,
    responseSchema: null,
    sources: [],
    search: { library: true, web: true },
    language: 'en',
    settings: { maxCostUsdMicros },
  };
}

const step = fc.oneof(
  fc.record({
    kind: fc.constant('llm' as const),
    stage: fc.constantFrom(...LLM_STAGES),
    cost: fc.nat(400_000),
    spentShare: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
  fc.record({ kind: fc.constant('search' as const), cost: fc.nat(50_000) }),
  fc.record({ kind: fc.constant('read' as const), wanted: fc.integer({ min: 1, max: 6 }) }),
);

describe('the purse of a job', () => {
  test('whatever is called, searched and read at once, no cap is ever passed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 100_000, max: 3_000_000 }),
        fc.array(step, { maxLength: 60 }),
        fc.nat(100_000_000),
        async (capUsdMicros, steps, price) => {
          const capMicros = capUsdMicros * 100;
          let calls = 0;
          let sources = 0;
          const check = () => {
            expect(calls).toBeGreaterThanOrEqual(0);
            expect(calls + sources * SOURCE_PRICE_MICROS).toBeLessThanOrEqual(capMicros);
          };
          const meter = new Meter({
            capMicros,
            callCostMicros: 0,
            sourceCount: 0,
            async record(cost) {
              calls += cost;
              check();
              await Promise.resolve();
            },
          });
          const llm = model(price);
          const memory = emptyMemory('m', 'm');
          const purse = openPurse(
            request(capUsdMicros),
            meter,
            { reader: llm, writer: llm },
            memory,
          );
          await Promise.all(
            steps.map(async (one) => {
              if (one.kind === 'search') await meter.reserveCall(one.cost);
              else if (one.kind === 'read') sources += meter.reserveSources(one.wanted);
              else if (await purse.reserve(one.stage, one.cost)) {
                await purse.giveBack(one.cost - Math.floor(one.cost * one.spentShare));
              }
              check();
            }),
          );
        },
      ),
    );
  });

  test('reading leaves the writer its share, and sources leave the model its own', async () => {
    const record = async () => {};
    const capMicros = creditsToMicros(100);
    const meter = new Meter({ capMicros, callCostMicros: 0, sourceCount: 0, record });
    const llm = model(10_000_000);
    const both = { reader: llm, writer: llm };
    const purse = openPurse(request(1_000_000), meter, both, emptyMemory('m', 'm'));
    expect(meter.reserveSources(50)).toBe(7);
    let read = 0;
    while (await purse.reserve('read', 10_000)) read += 1;
    expect(read).toBe(18);
    expect(await purse.reserve('write', 120_000)).toBeTrue();
    expect(await purse.reserve('write', 10_000)).toBeFalse();
  });

  test('a cap with room for one source reads it, with a model or without', () => {
    const record = async () => {};
    const capMicros = SOURCE_PRICE_MICROS;
    const meter = new Meter({ capMicros, callCostMicros: 0, sourceCount: 0, record });
    const llm = model(10_000_000);
    openPurse(request(100_000), meter, { reader: llm, writer: llm }, emptyMemory('m', 'm'));
    expect(meter.reserveSources(3)).toBe(1);
  });

  test('a job with a fixed price costs its operator no more than that in calls', async () => {
    const record = () => Promise.reject(new Error('nothing of it is charged'));
    const meter = new Meter({ capMicros: null, callCostMicros: 0, sourceCount: 0, record });
    const llm = model(10_000_000);
    const both = { reader: llm, writer: llm };
    const purse = openPurse(request(null), meter, both, emptyMemory('m', 'm'));
    let spent = 0;
    while (await purse.reserve('write', 20_000)) spent += 20_000;
    expect(spent).toBe(500_000);
  });

  test('what was spent before a restart stays spent', async () => {
    const meter = new Meter({
      capMicros: null,
      callCostMicros: 0,
      sourceCount: 0,
      record: async () => {},
    });
    const memory = emptyMemory('m', 'm');
    memory.stats.stages.read.costUsdMicros = 490_000;
    const llm = model(10_000_000);
    const purse = openPurse(request(null), meter, { reader: llm, writer: llm }, memory);
    expect(await purse.reserve('write', 20_000)).toBeFalse();
    expect(await purse.reserve('write', 10_000)).toBeTrue();
  });
});
