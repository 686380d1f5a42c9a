import { afterAll, describe, expect, test } from 'bun:test';
import { type Server, seedUser, sondeJson, startServer, temporaryFolder } from '../support/binary';
import { cleanUp } from '../support/cleanup';
import { type Client, clientOf } from '../support/client';
import { hang, html, startSite } from '../support/site';
import { until } from '../support/until';

afterAll(cleanUp);

const MICROS = 1_000_000;
const STATEMENT = 'The granary of Skerrow stores 900 tonnes of barley.';
const ROUNDS = process.env.SONDE_LONG ? 25 : 4;
const JOBS_PER_ROUND = 40;
/** A killed server's jobs are taken up after this time. */
const LEASE = { SONDE_LEASE_MS: '1000', SONDE_FETCH_ALLOW: '127.0.0.0/8' };

/** Mulberry32 (Tommy Ettinger, 2017): a run can be repeated by its seed. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Accepted {
  id: string;
  body: Record<string, unknown>;
  key: string;
}

/** Sends jobs until all are answered or the server is gone; what was not answered may be there or not. */
async function sendJobs(
  client: Client,
  bodies: { body: Record<string, unknown>; key: string }[],
  accepted: Accepted[],
): Promise<void> {
  await Promise.all(
    bodies.map(async ({ body, key }) => {
      const answer = await client.research(body, { 'idempotency-key': key }).catch(() => undefined);
      if (!answer) return;
      expect([200, 202]).toContain(answer.status);
      accepted.push({ id: answer.json.id, body, key });
    }),
  );
}

interface Row {
  mode: string;
  status: string;
  credits_charged: number;
}

async function allJobs(client: Client): Promise<Row[]> {
  const rows: Row[] = [];
  for (let page: Row[] | undefined; page === undefined || page.length > 0; rows.push(...page)) {
    page = (await client.get(`/v1/research?limit=200&offset=${rows.length}`)).json as Row[];
  }
  return rows;
}

async function withoutDebts(server: Server, client: Client): Promise<void> {
  await until('all jobs end', async () =>
    (await allJobs(client)).every((row) => ['completed', 'failed'].includes(row.status)),
  );
  expect((await client.balance()).held_micros).toBe(0);
  expect(await sondeJson(['ledger', 'check'], { data: server.data })).toMatchObject({ ok: true });
}

describe('kill -9 at any instant', () => {
  const seed = Number(process.env.SONDE_SEED ?? Math.floor(Math.random() * 2 ** 31));

  test(`loses no accepted job and charges none twice (SONDE_SEED=${seed})`, async () => {
    const random = randomOf(seed);
    const site = startSite({
      '/page': async () => {
        await Bun.sleep(random() * 150);
        return html(`<p>${STATEMENT}</p>`);
      },
    });
    const data = temporaryFolder();
    const { key } = await seedUser(data, { credits: 1_000_000 });
    const accepted: Accepted[] = [];
    let sent = 0;

    for (let round = 0; round < ROUNDS; round++) {
      const server = await startServer({ data, env: LEASE });
      const bodies = Array.from({ length: JOBS_PER_ROUND }, (_, index) => ({
        key: `${round}/${index}`,
        body: {
          question: `How much barley does granary ${round}-${index} of Skerrow store?`,
          mode: random() < 0.5 ? 'lite' : 'standard',
          async: random() < 0.8,
          // Some end at once and some take a while, so that a kill meets every stage of a job.
          sources: [random() < 0.5 ? { text: STATEMENT } : { url: `${site.url}/page?${index}` }],
          search: { library: false, web: false },
        },
      }));
      sent += bodies.length;
      const acceptedBefore = accepted.length;
      const sending = sendJobs(clientOf(server.url, key), bodies, accepted);
      // The first time it may be killed at once. Later there is something to lose, however slow the
      // machine is: else nothing would be tested.
      if (round > 0) {
        await until('a job is accepted', () => accepted.length > acceptedBefore);
      }
      await Bun.sleep(random() * 500);
      server.signal('SIGKILL');
      await server.exited();
      await sending;
    }

    const server = await startServer({ data, env: LEASE });
    const client = clientOf(server.url, key);
    for (const { id } of accepted) await client.ended(id);
    await withoutDebts(server, client);

    // Sent again with its key, an accepted job is the same one.
    for (const { body, key, id } of accepted) {
      const again = await client.research({ ...body, async: true }, { 'idempotency-key': key });
      expect([again.status, again.json.id]).toEqual([202, id]);
    }

    const rows = await allJobs(client);
    expect(rows.length).toBeGreaterThanOrEqual(accepted.length);
    expect(rows.length).toBeLessThanOrEqual(sent);
    let spent = 0;
    for (const row of rows) {
      // One that was killed at each of its attempts has failed, and costs nothing.
      const price = row.mode === 'lite' ? 50 : 200;
      expect(row.credits_charged).toBe(row.status === 'completed' ? price : 0);
      spent += row.credits_charged;
    }
    const balance = await client.balance();
    expect(balance.credits_micros).toBe((1_000_000 - spent) * MICROS);
    const ledger = await sondeJson(
      ['credits', 'ledger', '--user', 'ada@example.com', '--limit', '10000'],
      { data },
    );
    const count = (kind: string) =>
      ledger.filter((entry: { kind: string }) => entry.kind === kind).length;
    const completed = rows.filter((row) => row.status === 'completed').length;
    expect([count('hold'), count('settle')]).toEqual([rows.length, completed]);
    expect(completed).toBeGreaterThan(JOBS_PER_ROUND / 2);
    expect(await server.stop()).toBe(0);
  });
});

describe('SIGTERM', () => {
  test('ends the server with 0, closes open streams, and the next start finishes its jobs', async () => {
    let isOpen = false;
    const site = startSite({
      '/page': (request) => (isOpen ? html(`<p>${STATEMENT}</p>`) : hang(request)),
    });
    const first = await startServer({ env: { ...LEASE, SONDE_GRACE_MS: '20000' } });
    const { key } = await seedUser(first.data);
    const client = clientOf(first.url, key);
    const { json } = await client.research({
      question: 'How much barley does the granary of Skerrow store?',
      async: true,
      sources: [{ url: `${site.url}/page` }],
      search: { library: false, web: false },
    });
    await until('the page is asked for', () => site.asked.length > 0);
    const stream = client.events(json.id).catch(() => 'cut off' as const);

    const startedMs = performance.now();
    expect(await first.stop()).toBe(0);
    expect(performance.now() - startedMs).toBeLessThan(10_000);
    await stream;

    isOpen = true;
    const second = await startServer({ data: first.data, env: LEASE });
    const after = clientOf(second.url, key);
    const result = await after.ended(json.id);
    expect(result).toMatchObject({ status: 'completed', credits_charged: 200 });
    expect(result.brief).toContain('900 tonnes of barley');
    const events = await after.events(json.id);
    expect(events.map((event) => event.id)).toEqual(events.map((_, index) => index + 1));
    await withoutDebts(second, after);
    expect(await second.stop()).toBe(0);
  });

  test('does not wait for the grace time when nothing is going on', async () => {
    const graceMs = 20_000;
    const server = await startServer({ env: { SONDE_GRACE_MS: String(graceMs) } });
    expect((await fetch(`${server.url}/health`)).status).toBe(200);
    const startedMs = performance.now();
    expect(await server.stop()).toBe(0);
    expect(performance.now() - startedMs).toBeLessThan(graceMs / 2);
  });

  test('is not needed twice: SIGINT does the same', async () => {
    const server = await startServer();
    server.signal('SIGINT');
    expect(await server.exited()).toBe(0);
  });
});
