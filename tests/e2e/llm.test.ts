import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { EXAMPLES, type Server, seedUser, sonde, sondeJson, startServer } from '../support/binary';
import { cleanUp } from '../support/cleanup';
import { type Client, clientOf } from '../support/client';
import { honest, type LlmServer, startLlmServer } from '../support/llm-server';

afterAll(cleanUp);

const TURBINES = 'How many turbines does the Halden Strait tidal power plant have?';

let model: LlmServer;
let server: Server;
let env: Record<string, string>;
let client: Client;

beforeAll(async () => {
  model = await startLlmServer(honest('turbines'));
  env = {
    SONDE_LLM_URL: model.baseUrl,
    SONDE_LLM_KEY: 'hush',
    SONDE_LLM_MODEL: 'small',
    SONDE_LLM_WRITER_MODEL: 'large',
    SONDE_LLM_PRICE: '1/2',
    SONDE_LLM_WRITER_PRICE: '10/20',
  };
  server = await startServer({ env });
  const ada = await seedUser(server.data, { credits: 100_000, admin: true });
  client = clientOf(server.url, ada.key);
  await sondeJson(['library', 'add', EXAMPLES, '--user', ada.email, '--shared'], {
    data: server.data,
  });
});

describe('a model at a private address', () => {
  test('is asked by the jobs of the API, and the result says what each stage cost', async () => {
    const { status, json } = await client.research({ question: TURBINES, mode: 'lite' });
    expect(status).toBe(200);
    expect(json.findings.length).toBeGreaterThan(0);
    const { llm } = json.stats;
    expect(llm).toMatchObject({ model: 'small', writer_model: 'large' });
    const used = Object.fromEntries(
      llm.stages.map(({ stage, calls }: { stage: string; calls: number }) => [stage, calls]),
    );
    expect(used).toMatchObject({ plan: 1, read: json.sources.length, write: 1 });
    expect(new Set(model.calls.map(({ body }) => body.model))).toEqual(new Set(['small', 'large']));
    expect(llm.cost_usd).toBeGreaterThan(0);
    // The price of a lite job is fixed.
    expect(json.credits_charged).toBe(50);
    expect(server.log()).not.toContain('hush');
  });

  test('is paid by a metered job under its cap, as far as it was used', async () => {
    const { json } = await client.research({ question: TURBINES, mode: 'max', max_credits: 45 });
    const done = json.status === 'completed' ? json : await client.ended(json.id);
    const { llm } = done.stats;
    const cost = llm.cost_usd * 100 + done.sources.length * 10;
    expect(llm.calls).toBeGreaterThan(1);
    expect(done.credits_micros / 1_000_000).toBeCloseTo(cost, 4);
    expect(cost).toBeLessThanOrEqual(45);
  });

  test('is not asked again when its jobs are replayed, and they come out the same', async () => {
    const { json } = await client.research({ question: TURBINES, mode: 'standard' });
    const metered = await client.research({ question: TURBINES, mode: 'max', max_credits: 45 });
    await client.ended(metered.json.id);
    const calls = model.calls.length;
    for (const { id } of [json, metered.json]) {
      const { stdout, stderr, code } = await sonde(['replay', id], { env, data: server.data });
      expect([code, stdout + stderr]).toEqual([0, expect.stringContaining('identical')]);
    }
    expect(model.calls.length).toBe(calls);
    const without = await sonde(['replay', json.id], { data: server.data });
    expect([without.code, without.stderr]).toEqual([1, expect.stringContaining('SONDE_LLM_MODEL')]);
  });

  test('that is half configured is refused at the start, with what to set', async () => {
    const { code, stderr } = await sonde(['research', TURBINES], {
      env: { SONDE_LLM_URL: 'https://llm.example/v1', SONDE_LLM_MODEL: 'unheard-of' },
      data: server.data,
    });
    expect(code).not.toBe(0);
    expect(stderr).toContain('SONDE_LLM_PRICE');
  });
});
