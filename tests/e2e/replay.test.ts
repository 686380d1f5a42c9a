import { Database } from 'bun:sqlite';
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  EXAMPLES,
  type Server,
  seedUser,
  sonde,
  sondeJson,
  startServer,
  temporaryFolder,
} from '../support/binary';
import { cleanUp } from '../support/cleanup';
import { type Client, clientOf } from '../support/client';
import { expectReplays } from '../support/replays';
import { hang, html, type Site, startSite } from '../support/site';
import { until } from '../support/until';

afterAll(cleanUp);

const TURBINES = 'How many turbines does the Halden Strait tidal power plant have?';
const BARLEY = 'How much barley does the granary of Skerrow store?';
const STATEMENT = 'The granary of Skerrow stores 900 tonnes of barley.';
const SCHEMA = {
  type: 'object',
  properties: { turbines: { type: 'integer', description: 'number of turbines of the plant' } },
  required: ['turbines'],
};
const only = { search: { library: false, web: false } };

let server: Server;
let client: Client;
let key: string;
let web: Site;
let slow: Site;
let isSlow = true;

/** One provider that finds pages, of which some cannot be read, and one that fails. */
beforeAll(async () => {
  web = startSite({
    '/w/api.php': (request) => {
      const words = new URL(request.url).searchParams.get('srsearch') ?? '';
      const search = ['Granary', 'Skerrow', 'Gone'].map((title) => ({ title, snippet: words }));
      return Response.json({ batchcomplete: true, query: { search } });
    },
    '/wiki/Granary': `<h1>Granary</h1><p>${STATEMENT} It was built by Ada Orrin.</p>`,
    '/wiki/Skerrow': '<h1>Skerrow</h1><p>Skerrow is an island of 40 farms.</p>',
    '/works': () => new Response('no', { status: 500 }),
    '/start': () => Response.redirect('/wiki/Granary', 302),
  });
  slow = startSite({
    '/slow': (request) => (isSlow ? hang(request) : html(`<p>${STATEMENT}</p>`)),
  });
  const env = {
    SONDE_WEB: 'on',
    SONDE_FETCH_ALLOW: '127.0.0.0/8',
    SONDE_WIKIPEDIA_URL: web.url,
    SONDE_OPENALEX_URL: web.url,
    SONDE_LEASE_MS: '1000',
  };
  const data = temporaryFolder();
  server = await startServer({ data, env });
  const ada = await seedUser(data, { credits: 100_000 });
  key = ada.key;
  client = clientOf(server.url, key);
  await sondeJson(['library', 'add', EXAMPLES, '--user', ada.email], { data });

  const text = { text: STATEMENT, title: 'Note' };
  const slowPage = { url: `${slow.url}/slow` };
  const accepted = await Promise.all(
    [
      { question: TURBINES, mode: 'lite', search: { web: false } },
      { question: TURBINES, response_schema: SCHEMA },
      { question: `${TURBINES} Who owns it and when was it opened?`, mode: 'pro' },
      { question: TURBINES, mode: 'max', max_credits: 30 },
      { question: BARLEY, sources: [text, { url: `${web.url}/start` }, { url: `${web.url}/no` }] },
      { question: BARLEY, mode: 'lite', search: { library: false } },
      { question: BARLEY, ...only },
      { question: BARLEY, max_wallclock_secs: 1, sources: [text, slowPage], ...only },
    ].map((body) => client.research({ async: true, ...body })),
  );
  for (const { json } of accepted) await client.ended(json.id);
  await performContentJob();
  await cancelJob({ sources: [text, slowPage] });
  await killServer({ sources: [text, slowPage] }, env);
  await server.stop();
}, 60_000);

async function performContentJob(): Promise<void> {
  const payload = { topic: BARLEY, return_source_content: 'markdown', budget: 'high' };
  const seeds = { seed_sources: [{ url: `${web.url}/wiki/Granary` }] };
  const body = { type: 'research', payload: { ...payload, ...seeds } };
  const { json } = await client.post('/jobs', body);
  await client.ended(json.job_id);
}

async function cancelJob(body: Record<string, unknown>): Promise<void> {
  const askedBefore = slow.asked.length;
  const { json } = await client.research({ question: BARLEY, mode: 'pro', ...only, ...body });
  await until('the slow page is asked for', () => slow.asked.length > askedBefore);
  await client.delete(`/v1/research/${json.id}`);
  const { status, credits_charged } = await client.ended(json.id);
  expect([status, credits_charged]).toEqual(['canceled', 10]);
}

/** The job that is then at work is taken up by the next start. */
async function killServer(
  body: Record<string, unknown>,
  env: Record<string, string>,
): Promise<void> {
  const askedBefore = slow.asked.length;
  const { json } = await client.research({ question: BARLEY, mode: 'pro', ...only, ...body });
  await until('the slow page is asked for', () => slow.asked.length > askedBefore);
  server.signal('SIGKILL');
  await server.exited();
  isSlow = false;
  server = await startServer({ data: server.data, env });
  client = clientOf(server.url, key);
  expect((await client.ended(json.id)).sources).toHaveLength(2);
}

/** A job of the folder, by what it was. */
async function jobWith(status: string, mode: string): Promise<string> {
  const jobs = await sondeJson(['job', 'list'], { data: server.data });
  return jobs.find((job: { status: string; mode: string }) => {
    return job.status === status && job.mode === mode;
  }).id;
}

test('every job gives the same bytes again, with no network and no site left', async () => {
  const askedBefore = web.asked.length + slow.asked.length;
  expect(await expectReplays(server.data)).toBe(11);
  expect(web.asked.length + slow.asked.length).toBe(askedBefore);
}, 60_000);

test('replay prints the result as `job show` does, and says that it is the same', async () => {
  const { data } = server;
  const id = await jobWith('completed', 'pro');
  const shown = await sonde(['job', 'show', id], { data });
  const { code, stdout } = await sonde(['replay', id], { data });
  expect(code).toBe(0);
  expect(stdout.startsWith(shown.stdout)).toBe(true);
  expect(stdout).toMatch(/\nidentical to the recorded result, \d+ calls replayed\n$/);
});

test('trace tells what was asked, found, read and left unread, and why it stopped', async () => {
  const { data } = server;
  const id = await jobWith('completed', 'max');
  const { calls, stop_reason, unread_count } = await sondeJson(['trace', id], { data });
  const ports = new Set(calls.map(({ port }: { port: string }) => port));
  for (const port of ['wave', 'search.library', 'search.wikipedia', 'read.snapshot', 'wave.end']) {
    expect(ports).toContain(port);
  }
  const times = calls.map(({ at }: { at: string }) => at);
  expect(times).toEqual([...times].sort());
  const last = calls.at(-1).response;
  expect([stop_reason, last.stop_reason]).toEqual(['budget', 'budget']);
  expect(last.unread).toHaveLength(unread_count);
  expect(unread_count).toBeGreaterThan(0);
  const { stdout } = await sonde(['trace', id], { data });
  expect(stdout).toContain('search.openalex');
  expect(stdout).toMatch(/sha256 [0-9a-f]{12}…/);
  expect(stdout).toContain(`${unread_count} left unread; stopped: budget`);
});

/** A copy of the data folder in which somebody has changed the database by hand. */
function tampered(change: (database: Database) => void): string {
  const folder = temporaryFolder('tampered');
  copyFileSync(join(server.data, 'sonde.db'), join(folder, 'sonde.db'));
  const database = new Database(join(folder, 'sonde.db'));
  database.run('PRAGMA foreign_keys = OFF');
  change(database);
  database.close();
  return folder;
}

test.each<[string, string, RegExp]>([
  [
    'a changed brief',
    `UPDATE research SET checkpoint = json_set(checkpoint, '$.brief', 'It never was.')`,
    /\/brief +"It never was\."/,
  ],
  ['texts that are gone', 'DELETE FROM snapshot', /is missing, or is no longer what was read/],
  [
    'calls that are gone',
    "DELETE FROM research_trace WHERE port = 'search.library'",
    /holds no answer of search\.library/,
  ],
  ['spoiled calls', "UPDATE research_trace SET response_zstd = x'00'", /cannot be read/],
  ['a trace of an earlier version', 'DELETE FROM research_trace', /an earlier version/],
])('replay exits 1 for %s and says so', async (_, statement, message) => {
  const id = await jobWith('completed', 'max');
  const data = tampered((database) => database.run(statement));
  const { code, stdout, stderr } = await sonde(['replay', id], { data });
  expect([code, stdout + stderr]).toEqual([1, expect.stringMatching(message)]);
  expect(stderr).not.toContain('internal error');
});
