import { Database } from 'bun:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import {
  EXAMPLES,
  type SeededUser,
  type Server,
  seedUser,
  sonde,
  sondeJson,
  startServer,
  temporaryFolder,
} from '../support/binary';
import { cleanUp } from '../support/cleanup';
import { type Client, clientOf } from '../support/client';
import { honest } from '../support/llm-server';
import { spoken } from '../support/pool-speaker';
import { type GivenJob, type ScriptedHost, startScriptedHost } from '../support/scripted-host';
import { until } from '../support/until';

afterAll(cleanUp);

const TURBINES = 'How many turbines does the Halden Strait tidal power plant have?';
const MODEL = 'team/reader';
const LLM_TIMEOUT_MS = 1_500;
/** A host is told to stop within this time. */
const CANCEL_MS = 1_000;
const GRANTED = 100_000;
const PIECE = /[\s\S]{1,40}/g;

const answers = spoken(honest('turbines'));
/** What becomes of each call of the engine. */
let behaviour: 'answers' | 'hangs' = 'answers';

function* script(job: GivenJob) {
  if (behaviour === 'hangs') {
    yield '{';
    yield new Promise(() => {});
  }
  yield [...(answers(job).match(PIECE) ?? [])];
}

let server: Server;
let env: Record<string, string>;
let ada: SeededUser;
let owner: SeededUser;
let client: Client;
let host: ScriptedHost;

beforeAll(async () => {
  env = {
    SONDE_LLM_URL: 'pool',
    SONDE_LLM_MODEL: 'engine',
    SONDE_LLM_TIMEOUT_MS: String(LLM_TIMEOUT_MS),
    SONDE_LEASE_MS: '1000',
  };
  const data = temporaryFolder();
  // A server that runs already would learn it some seconds later.
  await sondeJson(['models', 'alias', 'engine', 'absent', MODEL], { data });
  server = await startServer({ env, data });
  ada = await seedUser(server.data, { credits: GRANTED, admin: true });
  owner = await seedUser(server.data, { email: 'owner@example.com', credits: 0 });
  client = clientOf(server.url, ada.key);
  await sondeJson(['library', 'add', EXAMPLES, '--user', ada.email, '--shared'], { data });
  host = await newHost();
});

const newHost = () =>
  startScriptedHost(
    server.url,
    {
      userKey: owner.key,
      models: [MODEL],
      features: ['chat', 'response_format'],
      slots: 64,
      price: 0.000_01,
    },
    script,
  );

interface Bill {
  chargedMicros: number;
  userId: string;
  keyId: string;
}

/** Those of the calls since then, as they stand in the file. */
function billsSince(sinceMs: number): Bill[] {
  const raw = new Database(join(server.data, 'sonde.db'), { readonly: true });
  try {
    return raw
      .query<Bill, [number]>(
        `SELECT charged_micros AS chargedMicros, job.user_id AS userId, key_id AS keyId
        FROM inference JOIN job ON job.id = job_id WHERE job.created_ms >= ?`,
      )
      .all(sinceMs);
  } finally {
    raw.close();
  }
}

/** Less the operator's tenth. */
const earningOf = ({ chargedMicros }: Bill) => Math.floor(chargedMicros * 0.9);
const sum = (amounts: number[]) => amounts.reduce((total, amount) => total + amount, 0);
const micros = async () => (await client.balance()).credits_micros;

async function expectCleanLedger(): Promise<void> {
  const check = await sonde(['ledger', 'check'], { data: server.data });
  expect([check.code, check.stdout + check.stderr]).toEqual([0, expect.any(String)]);
}

describe('research on the pool', () => {
  test('is answered by the team’s hosts, and its bills sum to the price', async () => {
    const [sinceMs, before] = [Date.now(), await micros()];
    const { status, json } = await client.research({ question: TURBINES, mode: 'lite' });
    expect([status, json.status]).toEqual([200, 'completed']);
    const { llm } = json.stats;
    expect(llm).toMatchObject({ model: 'engine', billed_apart: true });
    const used = Object.fromEntries(
      llm.stages.map(({ stage, calls, failures }: Record<string, unknown>) => [
        stage,
        [calls, failures],
      ]),
    );
    expect(used).toMatchObject({ plan: [1, 0], read: [json.sources.length, 0], write: [1, 0] });
    expect(host.jobs[0]?.parameters).toMatchObject({
      temperature: 0,
      response_format: { type: 'json_schema' },
    });
    const bills = billsSince(sinceMs);
    expect(bills).toHaveLength(llm.calls);
    for (const bill of bills) expect(bill).toMatchObject({ userId: ada.id, keyId: ada.keyId });
    const hosts = sum(bills.map(({ chargedMicros }) => chargedMicros));
    expect(hosts).toBeGreaterThan(0);
    // What the job charges and what the hosts bill are the price, to a millionth of a dollar a call.
    const paid = before - (await micros());
    expect(paid).toBe(json.credits_micros + hosts);
    expect(50_000_000 - paid).toBeWithin(0, 100 * bills.length);
    const listed = await sondeJson(['hosts', 'list'], { data: server.data });
    expect(listed[0].earned_micros).toBe(sum(bills.map(earningOf)));
    await expectCleanLedger();
  });

  test('that is metered stays under its cap with what the hosts bill', async () => {
    const [sinceMs, before] = [Date.now(), await micros()];
    const { json } = await client.research({ question: TURBINES, mode: 'max', max_credits: 45 });
    const done = json.status === 'completed' ? json : await client.ended(json.id);
    const hosts = sum(billsSince(sinceMs).map(({ chargedMicros }) => chargedMicros));
    expect(hosts).toBeGreaterThan(0);
    expect(done.credits_micros).toBe(done.sources.length * 10_000_000);
    const paid = before - (await micros());
    expect(paid).toBe(done.credits_micros + hosts);
    expect(paid).toBeLessThanOrEqual(45_000_000);
  });

  test('that is replayed asks no host and comes out the same', async () => {
    const lite = await client.research({ question: TURBINES, mode: 'lite' });
    const metered = await client.research({ question: TURBINES, mode: 'max', max_credits: 45 });
    await client.ended(metered.json.id);
    const [calls, before] = [host.jobs.length, await micros()];
    for (const { id } of [lite.json, metered.json]) {
      const { stdout, stderr, code } = await sonde(['replay', id], { env, data: server.data });
      expect([code, stdout + stderr]).toEqual([0, expect.stringContaining('identical')]);
    }
    expect([host.jobs.length, await micros()]).toEqual([calls, before]);
  });

  test('that is canceled takes its calls from the hosts within a second', async () => {
    behaviour = 'hangs';
    const calls = host.jobs.length;
    const before = await micros();
    const { json } = await client.research({ question: TURBINES, mode: 'pro', async: true });
    const given = await until('a host has a call', () => host.jobs[calls]);
    const atMs = performance.now();
    await client.delete(`/v1/research/${json.id}`);
    const toldMs = await until('the host is told', () => host.canceledAt.get(given.job_id));
    expect(toldMs - atMs).toBeLessThan(CANCEL_MS);
    const done = await client.ended(json.id);
    expect([done.status, done.credits_micros]).toEqual(['canceled', 0]);
    // One token was said.
    expect(before - (await micros())).toBe(1_000);
    behaviour = 'answers';
    await expectCleanLedger();
  });

  test('whose host dies in the middle of a call is completed by the rules', async () => {
    behaviour = 'hangs';
    const calls = host.jobs.length;
    const asked = client.research({ question: TURBINES, mode: 'lite' });
    await until('the host has a call', () => host.jobs[calls]);
    host.kill();
    const { json } = await asked;
    const done = json.status === 'completed' ? json : await client.ended(json.id);
    behaviour = 'answers';
    expect([done.status, done.error ?? null]).toEqual(['completed', null]);
    expect(done.findings.length).toBeGreaterThan(0);
    expect(done.stats.llm.stages[0]).toMatchObject({ stage: 'plan' });
    await expectCleanLedger();
  }, 60_000);

  test('that is taken up after a crash costs its asker no more than its price', async () => {
    const { data } = server;
    behaviour = 'hangs';
    const first = await newHost();
    const before = await micros();
    const { json } = await client.research({ question: TURBINES, mode: 'standard', async: true });
    await until('a host has a call', () => first.jobs[0]);
    server.signal('SIGKILL');
    await server.exited();
    first.kill();
    behaviour = 'answers';
    server = await startServer({ env, data });
    client = clientOf(server.url, ada.key);
    host = await newHost();
    const done = await client.ended(json.id);
    expect(done.status).toBe('completed');
    const balance = await until('no call is open', async () => {
      const now = await client.balance();
      return now.held_micros === 0 && now;
    });
    expect(before - balance.credits_micros).toBeWithin(done.credits_micros, 200_000_001);
    await expectCleanLedger();
  }, 60_000);
});

describe('the command line', () => {
  test('says that research there goes by the rules', async () => {
    const { code, stderr, json } = await sonde(
      ['research', TURBINES, '--mode', 'lite', '--user', ada.email, '--json'],
      { env, data: server.data },
    );
    expect([code, json.status]).toEqual([0, 'completed']);
    expect(stderr).toContain('by its rules');
    expect(json.stats.llm.calls).toBe(0);
  });

  test('tells which models are asked, and that a host has to have them', async () => {
    const { data } = server;
    const known = await sonde(['providers'], { env, data });
    expect(known.stderr).toContain('Language model: engine, of the pool');
    const unknown = await sonde(['providers'], { env: { ...env, SONDE_LLM_MODEL: 'nix' }, data });
    expect(unknown.stderr).toContain('no host has nix');
  });

  test('refuses options that mean nothing with the pool', async () => {
    const { code, stderr } = await sonde(['providers'], {
      env: { ...env, SONDE_LLM_PRICE: '1/2' },
      data: server.data,
    });
    expect([code === 0, stderr]).toEqual([false, expect.stringContaining('SONDE_LLM_PRICE')]);
  });
});
