import { afterAll, beforeAll, expect, test } from 'bun:test';
import {
  EXAMPLES,
  type SeededUser,
  type Server,
  seedUser,
  sondeJson,
  startServer,
} from '../support/binary';
import { cleanUp } from '../support/cleanup';
import { type Client, clientOf } from '../support/client';
import { hang, startSite } from '../support/site';
import { until } from '../support/until';

afterAll(cleanUp);

const TURBINES = 'How many turbines does the Halden Strait tidal power plant have?';
const MICROS = 1_000_000;

let server: Server;
let ada: SeededUser;
let client: Client;

beforeAll(async () => {
  // A third of the lease is how soon a server learns what another process wants of its jobs.
  server = await startServer({ env: { SONDE_FETCH_ALLOW: '127.0.0.0/8', SONDE_LEASE_MS: '1500' } });
  ada = await seedUser(server.data, { credits: 2_000 });
  client = clientOf(server.url, ada.key);
});

/** A command beside the running server, on the same data folder. */
const beside = (...args: string[]) => sondeJson(args, { data: server.data });

test('a key works as soon as it is made, and no more once it is revoked', async () => {
  const key = await beside('key', 'create', '--user', ada.email);
  const holder = clientOf(server.url, key.plaintext);
  expect((await holder.get('/v1/credits')).status).toBe(200);
  await beside('key', 'revoke', key.id);
  const { status, json } = await holder.get('/v1/credits');
  expect([status, json.code]).toEqual([401, 'unauthenticated']);
  expect((await holder.research({ question: TURBINES })).status).toBe(401);
  expect((await client.get('/v1/credits')).status).toBe(200);
});

test('documents are found as soon as they are added, and no more once they are removed', async () => {
  const query = '/v1/library/search?q=porpoises';
  expect((await client.get(query)).json).toEqual([]);
  await beside('library', 'add', EXAMPLES, '--user', ada.email);
  const hits = (await client.get(query)).json;
  expect(hits.length).toBeGreaterThan(0);
  for (const id of new Set(hits.map((hit: { document_id: string }) => hit.document_id))) {
    await beside('library', 'remove', String(id), '--user', ada.email);
  }
  expect((await client.get(query)).json).toEqual([]);
});

test('credits can be spent as soon as they are granted', async () => {
  const bob = await seedUser(server.data, { email: 'bob@example.com', credits: 0 });
  const asBob = clientOf(server.url, bob.key);
  expect((await asBob.research({ question: TURBINES, mode: 'lite' })).status).toBe(402);
  await beside('credits', 'grant', '--user', bob.email, '--credits', '50');
  expect((await asBob.balance()).credits_micros).toBe(50 * MICROS);
  expect((await asBob.research({ question: TURBINES, mode: 'lite' })).status).toBe(200);
});

test('a job of the running server is canceled by the command line', async () => {
  const slow = startSite({ '/slow': hang });
  const { json } = await client.research({
    question: 'What is it that never comes?',
    mode: 'pro',
    sources: [{ url: `${slow.url}/slow` }],
    search: { library: false, web: false },
  });
  await until('the slow page is asked for', () => slow.asked.length > 0);
  const canceled = await beside('job', 'cancel', json.id);
  expect(['running', 'canceled']).toContain(canceled.status);
  const result = await client.ended(json.id);
  expect([result.status, result.credits_charged]).toEqual(['canceled', 0]);
});

test('research on the command line is performed once, by that command', async () => {
  const before = (await client.balance()).credits_micros;
  const runs = await Promise.all(
    Array.from({ length: 4 }, () => beside('research', TURBINES, '--user', ada.email)),
  );
  for (const result of runs) {
    expect(result.status).toBe('completed');
    // Performed twice, it would have told of two plans, or ended twice.
    const types = (await client.events(result.id)).map((event) => event.type);
    const count = (type: string) => types.filter((other) => other === type).length;
    expect([count('plan'), count('done')]).toEqual([1, 1]);
  }
  expect(before - (await client.balance()).credits_micros).toBe(4 * 200 * MICROS);
  expect(await beside('ledger', 'check')).toMatchObject({ ok: true });
});

test('none of this makes the server log an error', () => {
  expect(server.log()).not.toMatch(/error/i);
});
