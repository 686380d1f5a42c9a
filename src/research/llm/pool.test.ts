import { afterAll, beforeEach, describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { cleanUp, onCleanUp } from '../../../tests/support/cleanup';
import { tryJob } from '../../../tests/support/llm-job';
import { honest } from '../../../tests/support/llm-server';
import { joinHost, MODEL, openPoolWorld, type PoolWorld, take } from '../../../tests/support/pool';
import { joinSpeaker, type Speech, spoken } from '../../../tests/support/pool-speaker';
import { until } from '../../../tests/support/until';
import { promptBound } from '../../hosts/prompt';
import type { Assignment, ChatMessage, NewHost } from '../../hosts/types';
import { createKeys } from '../../keys/service';
import { Fault } from '../../lib/fault';
import { type Chance, systemChance } from '../../lib/ids';
import { creditsToMicros } from '../../lib/money';
import { FetchFault } from '../../net/fetch-fault';
import type { PayingJob } from '../adapters/pool-chat';
import { ApartBills, Meter } from '../meter';
import { priceOfDone, SOURCE_PRICE_MICROS } from '../modes';
import type { LlmCall } from '../ports';
import type { PinnedRequest } from '../types';
import { fenced } from './data';
import { excerpt } from './excerpt';
import { locateAll } from './locate';
import { createLlmModels, type LlmOptions } from './setup';
import { maxInputTokens } from './tokens';

afterAll(cleanUp);

const QUESTION = 'How long is the Orrin bridge?';
const TEXTS = [
  'The Orrin bridge is 312 metres long. It was opened in 1961.',
  'Engineers measured the Orrin bridge: it is 312 metres long.',
];
const PRICED: Partial<NewHost> = { pricePerToken: 0.000_01, pricePerPromptToken: 0.000_001 };
const ann: PayingJob = { id: 'research-1', asker: { userId: 'ann', key: null } };
const TIMEOUT_MS = 60_000;
const calm: Chance = { ...systemChance, fraction: () => 0 };
const never = new AbortController().signal;

const call: LlmCall = {
  messages: [
    { role: 'system', content: 'Answer in JSON: {"sub_questions": []}' },
    { role: 'user', content: 'What is it?' },
  ],
  schema: { name: 'plan', schema: { type: 'object' } },
  maxOutputTokens: 64,
};

let world: PoolWorld;

beforeEach(async () => {
  world = await openPoolWorld();
  onCleanUp(world.close);
});

function modelsOf(options: Partial<LlmOptions> = {}) {
  const models = createLlmModels({
    clock: world.clock,
    chance: calm,
    hosts: world.hosts,
    api: { request: () => Promise.reject(new Error('nothing is fetched here')) } as never,
    tools: {
      excerpt: async (input) => excerpt(input),
      locate: async (input) => locateAll(input),
    },
    options: {
      llmUrl: 'pool',
      llmConcurrency: 0,
      llmKey: '',
      llmModel: MODEL,
      llmWriterModel: '',
      llmPrice: '',
      llmWriterPrice: '',
      llmContextTokens: 16_000,
      llmTimeoutMs: TIMEOUT_MS,
      ...options,
    },
  });
  if (!models) throw new Error('a model is configured');
  return models;
}

const chatOf = (job = ann, options: Partial<LlmOptions> = {}) =>
  modelsOf(options).forJob(job).reader;

const speaker = (change: Partial<NewHost>, speak: (job: Assignment) => Speech) =>
  joinSpeaker(world.hosts, change, speak);

async function refusalOf(answer: Promise<unknown>): Promise<Fault> {
  const thrown = await answer.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (thrown instanceof Fault) return thrown;
  throw new Error(`no fault: ${String(thrown)}`);
}

async function billsOf(userId = 'ann') {
  const { jobs } = await world.hosts.inference.list(userId, { limit: 500, offset: 0 });
  return jobs.map(({ chargedMicros }) => chargedMicros);
}

const sum = (amounts: number[]) => amounts.reduce((total, amount) => total + amount, 0);

async function expectSoundLedger(spentMicros: number): Promise<void> {
  expect(await world.credits.check()).toEqual([]);
  const { availableMicros, heldMicros } = await world.credits.balance('ann');
  expect([availableMicros, heldMicros]).toEqual([creditsToMicros(1_000) - spentMicros, 0]);
}

describe('research on the pool', () => {
  const answers = spoken(honest('metres'));
  const speak = ({ request }: Assignment) => answers(request);

  async function research(capMicros: number | undefined, hostCostMicros = 0) {
    let recorded = hostCostMicros;
    const apart = new ApartBills(hostCostMicros, async (cost) => {
      recorded += cost;
    });
    const meter = new Meter({
      capMicros: capMicros ?? null,
      callCostMicros: 0,
      sourceCount: 0,
      record: () => Promise.reject(new Error('nothing of it is charged by the job')),
      apart,
    });
    const job = await tryJob({
      question: QUESTION,
      texts: TEXTS,
      baseUrl: '',
      ...(capMicros === undefined ? {} : { capMicros }),
      ports: { llm: modelsOf().forJob(ann), meter },
    });
    return { ...job, apart, recorded };
  }

  test('is answered by a host, and each answer is a bill of the asker', async () => {
    const host = await speaker(PRICED, speak);
    const { state, apart, recorded } = await research(undefined);
    const { stages, isBilledApart } = state.llm?.stats ?? {};
    expect(stages?.read).toMatchObject({ calls: 2, failures: 0, refused: 0 });
    expect(stages?.write).toMatchObject({ calls: 1, failures: 0 });
    expect(isBilledApart).toBe(true);
    expect(state.llm?.proposals.length).toBeGreaterThan(0);
    const bills = await billsOf();
    expect(bills).toHaveLength(host.jobs.length);
    expect(Math.min(...bills)).toBeGreaterThan(0);
    // Up to a millionth of a dollar for each.
    expect(apart.costMicros - sum(bills)).toBeWithin(0, 100 * bills.length);
    expect(recorded).toBe(apart.costMicros);
    await expectSoundLedger(sum(bills));
    const { earnedMicros } = (await world.credits.earnings([host.id])).get(host.id) ?? {
      earnedMicros: 0,
    };
    expect(earnedMicros).toBeGreaterThan(0);
    expect(host.jobs[0]?.request).toMatchObject({ task: 'chat', parameters: { temperature: 0 } });
  });

  test('that has a fixed price charges what the hosts left of it', () => {
    const request = { mode: 'lite', maxCredits: null } as PinnedRequest;
    const used = { sourcesRead: 5, callCostMicros: 0 };
    const price = creditsToMicros(50);
    expect(priceOfDone(request, { ...used, paidApartMicros: 700 })).toBe(price - 700);
    expect(priceOfDone(request, { ...used, paidApartMicros: price })).toBe(0);
  });

  test('that is metered never costs more than its cap, whatever a host asks and counts', async () => {
    const caps = fc.integer({ min: 10, max: 60 });
    const prices = fc.record({
      pricePerToken: fc.integer({ min: 0, max: 500 }).map((price) => price / 1_000_000),
      pricePerPromptToken: fc.integer({ min: 0, max: 100 }).map((price) => price / 1_000_000),
    });
    await fc.assert(
      fc.asyncProperty(caps, prices, async (capCredits, price) => {
        const own = await openPoolWorld();
        try {
          world = own;
          await speaker(price, speak);
          const capMicros = creditsToMicros(capCredits);
          const { state, apart } = await research(capMicros);
          const bills = sum(await billsOf());
          expect(bills).toBeLessThanOrEqual(apart.costMicros);
          const charged = state.sources.length * SOURCE_PRICE_MICROS;
          expect(charged + apart.costMicros).toBeLessThanOrEqual(capMicros);
          await expectSoundLedger(bills);
        } finally {
          await own.close();
        }
      }),
      { numRuns: 25 },
    );
  }, 60_000);

  test('goes by its rules when no host is there, or the asker has no credits', async () => {
    const { state: alone } = await research(undefined);
    expect(alone.llm?.stats.stages.read).toMatchObject({ calls: 0, refused: 2 });
    expect(alone.findings.length).toBeGreaterThan(0);
    await speaker({ pricePerToken: 1 }, speak);
    const { state: poor, apart } = await research(undefined);
    expect(poor.findings.length).toBeGreaterThan(0);
    expect([apart.costMicros, await billsOf()]).toEqual([0, []]);
  });

  test('what the waves of an earlier life cost is not spent again', async () => {
    await speaker(PRICED, speak);
    const limit = creditsToMicros(200);
    const { state, apart } = await research(undefined, limit);
    expect(state.llm?.stats.stages.read).toMatchObject({ calls: 0, refused: 2 });
    expect(apart.costMicros).toBe(limit);
  });
});

describe('a call', () => {
  test('reserves no less than the pool holds for it, whatever a page says', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.string({ unit: fc.constantFrom('a', 'b', ' ', '"', '\\', '\n', '1', 'й', '\ud800') }),
    );
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 3 }), (texts) => {
        const content = texts.map((each) => fenced('source 1', each)).join('\n');
        const messages: LlmCall['messages'] = [...call.messages, { role: 'user', content }];
        const request = {
          inputText: '',
          inputs: [],
          parameters: {},
          messages: [] as ChatMessage[],
        };
        const held = promptBound({ ...request, messages } as never);
        expect(held).toBeLessThanOrEqual(3 * maxInputTokens({ ...call, messages }));
      }),
    );
  });

  test('that is given up is taken from its host, and costs what was said by then', async () => {
    const { port } = await joinHost(world.hosts, PRICED);
    expect(await take(port)).toEqual([]);
    const chat = chatOf();
    const stop = new AbortController();
    const answer = chat.complete(call, stop.signal);
    const assignment = await until('the host has it', async () => (await take(port))[0]);
    const lease = { jobId: assignment.jobId, fence: assignment.fence };
    await port.sendPieces(lease, [
      { seq: 1, delta: '{"sub' },
      { seq: 2, delta: '_que' },
    ]);
    const told = port.renew(lease, 30_000, never);
    stop.abort('canceled');
    expect(await answer).toMatchObject({ text: '{"sub_que', costUsdMicros: 20 });
    expect(await told).toMatchObject({ cancel: true });
    await expectSoundLedger(creditsToMicros(0.002));
  });

  for (const where of ['at a host', 'in the queue']) {
    test(`that nobody answers in time costs nothing, and is gone from where it is: ${where}`, async () => {
      const { port } = await joinHost(world.hosts, PRICED);
      expect(await take(port)).toEqual([]);
      const answer = refusalOf(chatOf().complete(call, never));
      await until('it is in the pool', async () =>
        where === 'at a host' ? (await take(port))[0] : (await billsOf()).length > 0,
      );
      world.clock.advance(TIMEOUT_MS);
      const fault = await answer;
      expect(fault.message).toContain('did not answer in time');
      expect(fault instanceof FetchFault && fault.status).toBe(504);
      expect(await take(port)).toEqual([]);
      await expectSoundLedger(0);
    });
  }

  test('that a host fails at costs nothing, and is put without a format the next time', async () => {
    const features: NewHost['features'] = ['response_format'];
    const host = await speaker({ ...PRICED, features }, ({ request }) =>
      request.parameters.response_format ? { fail: 'no grammar here' } : '{"sub_questions":[]}',
    );
    const chat = chatOf();
    const fault = await refusalOf(chat.complete(call, never));
    expect(fault.message).toContain('no grammar here');
    expect(host.jobs[0]?.request.parameters.response_format).toMatchObject({
      type: 'json_schema',
      json_schema: { name: 'plan', strict: true },
    });
    expect(await chat.complete(call, never)).toMatchObject({ text: '{"sub_questions":[]}' });
  });

  test('of a job that is taken up again is not paid twice', async () => {
    const host = await speaker(PRICED, () => '{}');
    const first = await chatOf().complete(call, never);
    expect(await chatOf().complete(call, never)).toEqual(first);
    expect(host.jobs).toHaveLength(1);
    const again = chatOf();
    await again.complete(call, never);
    // Asked a second time in one life, it is another call.
    await again.complete(call, never);
    expect(host.jobs).toHaveLength(2);
    await chatOf({ ...ann, id: 'research-2' }).complete(call, never);
    expect(host.jobs).toHaveLength(3);
  });

  test('goes to no host that came to ask for more since the job began', async () => {
    const chat = chatOf();
    await speaker(PRICED, () => '{}');
    expect((await refusalOf(chat.complete(call, never))).message).toContain('no host of the pool');
    expect(await chatOf().complete(call, never)).toMatchObject({ text: '{}' });
  });

  test('goes to no host that asks for a multiple of the cheapest, busy as that may be', async () => {
    const cheap = await joinHost(world.hosts, { pricePerToken: 0.000_01 });
    const greedy = await speaker({ pricePerToken: 9, pricePerPromptToken: 9 }, () => '{}');
    expect(await take(cheap.port)).toEqual([]);
    const chat = chatOf();
    expect(chat.price.outputUsdMicros).toBe(10_000_000);
    const answer = chat.complete(call, never);
    const { jobId, fence } = await until('it waits', async () => (await take(cheap.port))[0]);
    const pieces = [{ seq: 1, delta: '{}' }];
    await cheap.port.complete({ jobId, fence, finishReason: 'stop', pieces });
    expect(await answer).toMatchObject({ text: '{}', costUsdMicros: 10 });
    expect(greedy.jobs).toHaveLength(0);
  });

  test('never goes to a model that runs research itself, by whatever alias', async () => {
    const host = await speaker({ models: [{ name: 'sonde-lite', maxTokens: 64 }] }, () => '{}');
    await world.hosts.registry.setAlias({ name: 'team', models: [MODEL, 'sonde-lite'] });
    const fault = await refusalOf(chatOf(ann, { llmModel: 'team' }).complete(call, never));
    expect(fault.message).toContain('runs research itself');
    expect(host.jobs).toHaveLength(0);
  });

  test('counts against the month of the key that asked for the research', async () => {
    await speaker(PRICED, () => '{}');
    const keys = createKeys({ ...world, db: world.file.db, chance: systemChance });
    const { id } = await keys.create({ userId: 'ann', name: 'capped', spendCapCredits: 1 });
    const asker = { userId: 'ann', key: { id, isCapped: await keys.isCapped(id) } };
    expect(asker.key.isCapped).toBe(true);
    const chat = chatOf({ ...ann, asker });
    expect(await chat.complete(call, never)).toMatchObject({ text: '{}' });
    const long = { ...call, maxOutputTokens: 2_000 };
    const fault = await refusalOf(chat.complete(long, never));
    expect(fault.message).toContain('this key may spend 1 credits a month');
  });

  test('to an alias is answered by the first of its models that a host has', async () => {
    await speaker(PRICED, () => '{}');
    await world.hosts.registry.setAlias({ name: 'team', models: ['absent', MODEL] });
    const answer = await chatOf(ann, { llmModel: 'team' }).complete(call, never);
    expect(answer).toMatchObject({ text: '{}', model: MODEL });
  });
});

describe('options of the pool', () => {
  const wrong: [string, Partial<LlmOptions>][] = [
    ['SONDE_LLM_MODEL', { llmModel: '' }],
    ['SONDE_LLM_KEY', { llmKey: 'k' }],
    ['SONDE_LLM_PRICE', { llmPrice: '1/2' }],
    ['SONDE_LLM_WRITER_PRICE', { llmWriterPrice: '1/2' }],
    ['SONDE_LLM_MODEL', { llmModel: 'sonde-pro' }],
    ['SONDE_LLM_WRITER_MODEL', { llmWriterModel: 'sonde-lite' }],
  ];
  for (const [field, options] of wrong) {
    test(`that mean nothing are refused at the start: ${JSON.stringify(options)}`, () => {
      expect(() => modelsOf(options)).toThrow(expect.objectContaining({ field }));
    });
  }

  test('name one model, or two', () => {
    expect(modelsOf()).toMatchObject({ reader: MODEL, writer: MODEL, isPool: true });
    const { reader, writer } = modelsOf({ llmWriterModel: 'big' }).forJob(ann);
    expect([reader.model, writer.model]).toEqual([MODEL, 'big']);
  });
});
