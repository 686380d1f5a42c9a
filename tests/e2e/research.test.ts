import { Database } from 'bun:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import Ajv from 'ajv/dist/2020';
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
import { expectReplays } from '../support/replays';
import { hang, startSite } from '../support/site';
import { until } from '../support/until';

afterAll(cleanUp);

const TURBINES = 'How many turbines does the Halden Strait tidal power plant have?';
const NOBODY = '00000000-0000-7000-8000-000000000000';
const MICROS = 1_000_000;
/** Loopback may be fetched, as the sites of these tests are there. */
const LOOPBACK = { SONDE_FETCH_ALLOW: '127.0.0.0/8' };

interface Quote {
  source: number;
  url: string;
  text: string;
  start: number;
  end: number;
}

let server: Server;
let ada: SeededUser;
let client: Client;

beforeAll(async () => {
  server = await startServer({ env: LOOPBACK });
  ada = await seedUser(server.data, { credits: 100_000, admin: true });
  client = clientOf(server.url, ada.key);
  await sondeJson(['library', 'add', EXAMPLES, '--user', ada.email, '--shared'], {
    data: server.data,
  });
});

/** A user of the same server with a purse of their own. */
async function newcomer(email: string, credits: number): Promise<Client> {
  return clientOf(server.url, (await seedUser(server.data, { email, credits })).key);
}

const quotesOf = (result: { findings: { quotes: Quote[]; disputed_by: Quote[] }[] }) =>
  result.findings.flatMap((finding) => [...finding.quotes, ...finding.disputed_by]);

describe('a job', () => {
  test('is waited for and answered with 200 in the modes lite and standard', async () => {
    const before = await client.balance();
    const { status, json } = await client.research({ question: TURBINES, mode: 'lite' });
    expect(status).toBe(200);
    expect(json).toMatchObject({ status: 'completed', question: TURBINES, credits_charged: 50 });
    expect(json.cost_usd).toBe(0.5);
    expect(json.brief).toMatch(/16 turbines[^\n]*\[\d+\]/);
    const after = await client.balance();
    expect(before.credits_micros - after.credits_micros).toBe(50 * MICROS);
    expect(after.held_micros).toBe(0);
  });

  test('is accepted with 202 and polled when it is asynchronous', async () => {
    const { status, json } = await client.research({ question: TURBINES, async: true });
    expect([status, json.status]).toEqual([202, 'pending']);
    expect(json.status_url).toBe(`/v1/research/${json.id}`);
    expect(json.events_url).toBe(`/v1/research/${json.id}/events`);
    const result = await client.ended(json.id);
    expect(result).toMatchObject({ id: json.id, status: 'completed', credits_charged: 200 });
    const listed = (await client.get('/v1/research?limit=200')).json;
    expect(listed.find((row: { id: string }) => row.id === json.id)).toMatchObject({
      status: 'completed',
      question: TURBINES,
      cost_usd_micros: 2 * MICROS,
    });
  });

  test('is accepted with 202 in the modes pro and max, whatever async says', async () => {
    for (const body of [{ mode: 'pro' }, { mode: 'max', max_credits: 50 }]) {
      const { status, json } = await client.research({ question: TURBINES, async: false, ...body });
      expect(status).toBe(202);
      await client.ended(json.id);
    }
  });

  test('tells what it does in events of one order, with ids from 1', async () => {
    const { json } = await client.research({ question: TURBINES, async: true });
    const events = await client.events(json.id);
    expect(events.map((event) => event.id)).toEqual(events.map((_, index) => index + 1));
    const firsts = [...new Set(events.map((event) => event.type))];
    expect(firsts).toEqual(['accepted', 'plan', 'wave', 'source', 'finding', 'brief', 'done']);
    expect(events.at(-1)).toMatchObject({
      type: 'done',
      data: { status: 'completed', charged_micros: 200 * MICROS },
    });
    const result = (await client.get(`/v1/research/${json.id}`)).json;
    const sources = events.filter((event) => event.type === 'source');
    expect(sources.map((event) => event.data.number)).toEqual(
      result.sources.map((source: { number: number }) => source.number),
    );
  });

  test('resumes its events by Last-Event-ID, without loss or repetition', async () => {
    const { json } = await client.research({ question: TURBINES, async: true });
    const all = [];
    // Reads three events at a time, as over a line that breaks again and again.
    for (let last = 0; all.at(-1)?.type !== 'done'; last = all.at(-1)?.id ?? 0) {
      let count = 0;
      all.push(...(await client.events(json.id, last, () => ++count === 3)));
    }
    expect(all.map((event) => event.id)).toEqual(all.map((_, index) => index + 1));
    expect(all).toEqual(await client.events(json.id));
    expect(await client.events(json.id, all.length)).toEqual([]);
    const wrong = await client.get(`/v1/research/${json.id}/events`, { 'last-event-id': 'x' });
    expect([wrong.status, wrong.json.field]).toEqual([400, 'Last-Event-ID']);
  });

  test('quotes its sources letter by letter, and the brief cites none that it does not list', async () => {
    const { json } = await client.research({ question: TURBINES });
    const texts = new Map<string, string>();
    for (const { url } of json.sources) {
      const { text } = (await client.get(`/v1/library/${url.replace('library:', '')}`)).json;
      texts.set(url, text);
    }
    const quotes = quotesOf(json);
    expect(quotes.length).toBeGreaterThan(2);
    for (const quote of quotes) {
      expect(texts.get(quote.url)?.slice(quote.start, quote.end)).toBe(quote.text);
    }
    for (const finding of json.findings) expect(finding.quotes.length).toBeGreaterThan(0);
    const cited = [...json.brief.matchAll(/\[(\d+)\]/g)].map(([, number]) => Number(number));
    const numbers = json.sources.map((source: { number: number }) => source.number);
    expect(cited.length).toBeGreaterThan(0);
    for (const number of cited) expect(numbers).toContain(number);
  });

  test('carries summaries of its sources unless they are not wanted', async () => {
    const summaries = async (include_sources?: boolean) => {
      const body = { question: TURBINES, mode: 'lite', include_sources };
      return (await client.research(body)).json.sources.some(
        (source: object) => 'summary' in source,
      );
    };
    expect([await summaries(), await summaries(true), await summaries(false)]).toEqual([
      true,
      true,
      false,
    ]);
  });

  test('that is asked for twice with one Idempotency-Key is one job and one charge', async () => {
    const rich = await newcomer('twice@example.com', 1_000);
    const headers = { 'idempotency-key': 'the-same' };
    const body = { question: TURBINES, async: true };
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => rich.research(body, headers)),
    );
    expect(answers.map((answer) => answer.status)).toEqual(Array(5).fill(202));
    expect(new Set(answers.map((answer) => answer.json.id)).size).toBe(1);
    await rich.ended(answers[0]!.json.id);
    const again = await rich.research({ question: TURBINES }, headers);
    expect([again.status, again.json.id]).toEqual([200, answers[0]!.json.id]);
    const other = await rich.research({ ...body, question: 'Another question?' }, headers);
    expect([other.status, other.json.code]).toEqual([409, 'conflict']);
    expect((await rich.balance()).credits_micros).toBe(800 * MICROS);
    const elsewhere = await client.research(body, headers);
    expect(elsewhere.json.id).not.toBe(answers[0]!.json.id);
    await client.ended(elsewhere.json.id);
  });

  test('that the balance does not cover is refused with 402, and nothing is held', async () => {
    const poor = await newcomer('poor@example.com', 120);
    const { status, json } = await poor.research({ question: TURBINES });
    expect([status, json.code]).toEqual([402, 'insufficient_credits']);
    expect(json.detail).toMatch(/120/);
    expect(json.detail).toMatch(/200/);
    expect((await poor.balance()).held_micros).toBe(0);
    // Of many at once, exactly those are accepted that the balance covers.
    const body = { question: TURBINES, mode: 'lite', async: true };
    const answers = await Promise.all(Array.from({ length: 8 }, () => poor.research(body)));
    const accepted = answers.filter((answer) => answer.status === 202);
    expect(accepted).toHaveLength(2);
    for (const answer of accepted) await poor.ended(answer.json.id);
    expect(await poor.balance()).toMatchObject({ credits_micros: 20 * MICROS, held_micros: 0 });
  });

  test('in mode max costs what it read, and never more than its cap', async () => {
    const metered = await newcomer('metered@example.com', 1_000);
    for (const max_credits of [10, 35, 500]) {
      const before = (await metered.balance()).credits_micros;
      const { json } = await metered.research({ question: TURBINES, mode: 'max', max_credits });
      const result = await metered.ended(json.id);
      expect(result.status).toBe('completed');
      expect(result.sources.length).toBeGreaterThan(0);
      expect(result.credits_charged).toBe(10 * result.sources.length);
      expect(result.credits_charged).toBeLessThanOrEqual(max_credits);
      const after = await metered.balance();
      expect(before - after.credits_micros).toBe(result.credits_charged * MICROS);
      expect(after.held_micros).toBe(0);
    }
  });

  test('that fails says why, and costs nothing', async () => {
    const idle = await startServer({ env: { SONDE_RUNNER: 'off' } });
    const { key } = await seedUser(idle.data, { credits: 300 });
    const { json } = await clientOf(idle.url, key).research({ question: TURBINES, async: true });
    await idle.stop();
    // Nothing that a client can send makes a job fail, so its row is broken, before its last attempt.
    const database = new Database(join(idle.data, 'sonde.db'));
    database.exec(`UPDATE research SET request = '{"responseSchema":null}'`);
    database.exec('UPDATE job SET attempts = max_attempts - 1');
    database.close();
    const running = await startServer({ data: idle.data });
    const user = clientOf(running.url, key);
    const result = await user.ended(json.id);
    expect(result).toMatchObject({ status: 'failed', credits_charged: 0, brief: null });
    expect(result.error).toMatch(/\w/);
    expect(await user.balance()).toMatchObject({ credits_micros: 300 * MICROS, held_micros: 0 });
    expect((await user.events(json.id)).at(-1)).toMatchObject({
      type: 'done',
      data: { status: 'failed', charged_micros: 0 },
    });
    await running.stop();
  });

  test('without any evidence completes, and says that it found none', async () => {
    const { status, json } = await client.research({
      question: 'Which architect designed the Vessby bridge?',
      search: { library: false, web: false },
    });
    expect([status, json.status, json.findings, json.sources]).toEqual([200, 'completed', [], []]);
    expect(json.gaps.length).toBeGreaterThan(0);
  });
});

describe('a typed answer', () => {
  const schema = {
    type: 'object',
    properties: {
      turbines: { type: 'integer', description: 'number of turbines of the plant' },
    },
    required: ['turbines'],
    additionalProperties: false,
  };

  test('is valid against the schema, and every field names its quotes', async () => {
    const { status, json } = await client.research({ question: TURBINES, response_schema: schema });
    expect(status).toBe(200);
    expect(new Ajv().validate(schema, json.typed)).toBe(true);
    expect(json.typed).toEqual({ turbines: 16 });
    expect(json.typed_basis).toHaveLength(1);
    expect(json.typed_basis[0]).toMatchObject({ field: '/turbines' });
    expect(json.typed_basis[0].quotes[0].text).toContain('16');
    expect(json.error).toBeNull();
  });

  test('is empty as a whole when a required field has no evidence, and the error names it', async () => {
    const { status, json } = await client.research({
      question: TURBINES,
      response_schema: {
        type: 'object',
        properties: {
          ...schema.properties,
          submarine_captain_email: { type: 'string', format: 'email' },
        },
        required: ['turbines', 'submarine_captain_email'],
      },
    });
    expect([status, json.status, json.typed]).toEqual([200, 'completed', {}]);
    expect(json.error).toContain('submarine_captain_email');
  });

  test('is an empty object when none is asked for', async () => {
    const { json } = await client.research({ question: TURBINES, mode: 'lite' });
    expect([json.typed, json.typed_basis]).toEqual([{}, []]);
  });
});

describe('given sources', () => {
  const page = '<h1>Skerrow</h1><p>The granary of Skerrow stores 900 tonnes of barley.</p>';
  const question = 'How much barley does the granary of Skerrow store?';
  const only = { search: { library: false, web: false } };

  test('pages are read through redirects, cited by number, and verified', async () => {
    const site = startSite({
      '/start': () => Response.redirect('/middle', 302),
      '/middle': () => Response.redirect('/page', 301),
      '/page': page,
    });
    const body = { question, sources: [{ url: `${site.url}/start` }], ...only };
    const { status, json } = await client.research(body);
    expect([status, json.status]).toEqual([200, 'completed']);
    expect(site.asked).toEqual(['/start', '/middle', '/page']);
    expect(json.sources).toHaveLength(1);
    expect(json.sources[0]).toMatchObject({ number: 1, provider: 'given' });
    expect(json.brief).toMatch(/900 tonnes of barley[^\n]*\[1\]/);
    const verified = await sondeJson(['verify', json.id], { data: server.data });
    expect(verified).toMatchObject({ ok: true, failures: [] });
    expect(verified.confirmed).toBeGreaterThan(0);
  });

  test('texts and documents are read when every search is off', async () => {
    const text = 'The granary of Skerrow stores 900 tonnes of barley.';
    const given = await client.research({ question, sources: [{ text, title: 'Note' }], ...only });
    expect(given.json.sources).toMatchObject([{ title: 'Note', provider: 'given' }]);
    expect(quotesOf(given.json)[0]).toMatchObject({ text, start: 0, end: text.length });
    const document = (await client.post('/v1/library', { text, title: 'Barley' })).json;
    const named = await client.research({
      question,
      sources: [{ document_id: document.id }],
      ...only,
    });
    expect(named.json.sources).toMatchObject([{ url: `library:${document.id}`, title: 'Barley' }]);
    expect(named.json.providers).toEqual([]);
    expect((await client.delete(`/v1/library/${document.id}`)).status).toBe(204);
    // What a job quotes stays, although the document is gone.
    expect(await sondeJson(['verify', named.json.id], { data: server.data })).toMatchObject({
      ok: true,
    });
  });

  test('the library is not searched when it is switched off', async () => {
    const off = await client.research({ question: TURBINES, search: { library: false } });
    expect([off.json.sources, off.json.providers]).toEqual([[], []]);
    const on = await client.research({ question: TURBINES, search: { library: true, web: false } });
    expect(on.json.providers.map((provider: { name: string }) => provider.name)).toEqual([
      'library',
    ]);
  });

  test('what cannot be read is named with its reason, and the rest is answered', async () => {
    const loop: string = '/loop';
    const site = startSite({
      '/page': page,
      [loop]: () => Response.redirect(loop, 302),
      '/error': () => new Response('no', { status: 500 }),
      '/secret': '<p>The granary of Skerrow stores nothing at all.</p>',
      '/robots.txt': () => new Response('User-agent: *\nDisallow: /secret\n'),
    });
    const paths = ['/page', loop, '/error', '/absent', '/secret'];
    const { json } = await client.research({
      question,
      sources: [
        ...paths.map((path) => ({ url: site.url + path })),
        { url: 'http://169.254.169.254/latest/meta-data/' },
      ],
      ...only,
    });
    expect(json.status).toBe('completed');
    expect(json.sources.map((source: { url: string }) => source.url)).toEqual([`${site.url}/page`]);
    const unread = json.unreadable.map((entry: { url: string }) => entry.url).sort();
    expect(unread).toEqual(
      [
        ...paths.slice(1).map((path) => site.url + path),
        'http://169.254.169.254/latest/meta-data/',
      ].sort(),
    );
    for (const { reason } of json.unreadable) expect(reason.length).toBeGreaterThan(10);
    expect(site.asked).not.toContain('/secret');
  });
});

describe('canceling', () => {
  test('keeps what a running job has found, and charges no more than that', async () => {
    const user = await newcomer('cancel@example.com', 1_000);
    const slow = startSite({ '/slow': hang });
    const text = 'The granary of Skerrow stores 900 tonnes of barley.';
    const { json } = await user.research({
      question: 'How much barley does the granary of Skerrow store?',
      mode: 'pro',
      sources: [{ text }, { url: `${slow.url}/slow` }],
      search: { library: false, web: false },
    });
    await until('the slow page is asked for', () => slow.asked.length > 0);
    expect((await user.balance()).held_micros).toBe(600 * MICROS);
    const told = await user.delete(`/v1/research/${json.id}`);
    expect([told.status, told.json.id]).toEqual([200, json.id]);
    const result = await user.ended(json.id);
    expect(result).toMatchObject({ status: 'canceled', credits_charged: 10 });
    expect(result.brief).toContain('900 tonnes of barley');
    expect(await user.balance()).toMatchObject({ credits_micros: 990 * MICROS, held_micros: 0 });
    const events = await user.events(json.id);
    expect(events.at(-1)).toMatchObject({ type: 'done', data: { status: 'canceled' } });
  });

  test('a job that has ended changes nothing', async () => {
    const { json } = await client.research({ question: TURBINES, mode: 'lite' });
    const { status, json: after } = await client.delete(`/v1/research/${json.id}`);
    expect([status, after]).toEqual([200, json]);
  });

  test('a queued job releases all that it held', async () => {
    const idle = await startServer({ env: { SONDE_RUNNER: 'off' } });
    const user = clientOf(idle.url, (await seedUser(idle.data, { credits: 300 })).key);
    const { status, json } = await user.research({ question: TURBINES, async: true });
    expect(status).toBe(202);
    expect(await user.balance()).toMatchObject({
      credits_micros: 100 * MICROS,
      held_micros: 200 * MICROS,
    });
    const canceled = await user.delete(`/v1/research/${json.id}`);
    expect(canceled.json).toMatchObject({ status: 'canceled', credits_charged: 0, brief: null });
    expect(await user.balance()).toMatchObject({ credits_micros: 300 * MICROS, held_micros: 0 });
    expect((await user.events(json.id)).map((event) => event.type)).toEqual(['accepted', 'done']);
    await idle.stop();
  });

  test('a time limit ends a job with what it has', async () => {
    const slow = startSite({ '/slow': hang });
    const text = 'The granary of Skerrow stores 900 tonnes of barley.';
    const { json } = await client.research({
      question: 'How much barley does the granary of Skerrow store?',
      max_wallclock_secs: 1,
      sources: [{ text }, { url: `${slow.url}/slow` }],
      search: { library: false, web: false },
    });
    expect(json).toMatchObject({ status: 'completed', stop_reason: 'budget' });
    expect(json.brief).toContain('900 tonnes of barley');
  });
});

describe('refused requests', () => {
  const bad: [name: string, body: unknown, field: string | RegExp][] = [
    ['an unknown field', { question: TURBINES, colour: 'red' }, 'colour'],
    ['no question', {}, 'question'],
    ['a question that is no text', { question: 7 }, 'question'],
    ['an empty question', { question: '' }, 'question'],
    ['a question of blanks', { question: ' \n\t ' }, 'question'],
    ['a question that is too long', { question: 'why '.repeat(1_001) }, 'question'],
    ['an unknown mode', { question: TURBINES, mode: 'lavish' }, 'mode'],
    ['async that is no switch', { question: TURBINES, async: 'yes' }, 'async'],
    [
      'include_sources that is no switch',
      { question: TURBINES, include_sources: 1 },
      'include_sources',
    ],
    ['max without a cap', { question: TURBINES, mode: 'max' }, 'max_credits'],
    ['a cap below one source', { question: TURBINES, mode: 'max', max_credits: 9 }, 'max_credits'],
    ['a cap of zero', { question: TURBINES, max_credits: 0 }, 'max_credits'],
    [
      'a cap that is no whole number',
      { question: TURBINES, mode: 'max', max_credits: 10.5 },
      'max_credits',
    ],
    ['a time limit of zero', { question: TURBINES, max_wallclock_secs: 0 }, 'max_wallclock_secs'],
    [
      'a time limit that is no number',
      { question: TURBINES, max_wallclock_secs: '9' },
      'max_wallclock_secs',
    ],
    [
      'a schema that is none',
      { question: TURBINES, response_schema: { type: 'colour' } },
      /^response_schema/,
    ],
    [
      'a schema that is no object',
      { question: TURBINES, response_schema: [1] },
      /^response_schema/,
    ],
    [
      'a schema with a reference outwards',
      { question: TURBINES, response_schema: { $ref: 'https://a.example/s.json' } },
      /^response_schema/,
    ],
    [
      'a source that is no address',
      { question: TURBINES, sources: [{ url: 'skerrow' }] },
      /^sources\/0/,
    ],
    [
      'a source of another scheme',
      { question: TURBINES, sources: [{ text: 'a' }, { url: 'file:///etc/passwd' }] },
      /^sources\/1/,
    ],
    ['a source of no kind', { question: TURBINES, sources: [{ path: '/etc' }] }, /^sources\/0/],
    ['an empty source', { question: TURBINES, sources: [{ text: ' ' }] }, /^sources\/0/],
    [
      'an unknown document',
      { question: TURBINES, sources: [{ document_id: NOBODY }] },
      /^sources\/0/,
    ],
    ['too many sources', { question: TURBINES, sources: Array(51).fill({ text: 'a' }) }, 'sources'],
    ['a search that is no switch', { question: TURBINES, search: { web: 'no' } }, 'search/web'],
    ['an unknown search', { question: TURBINES, search: { sea: true } }, 'search/sea'],
    ['a language that is none', { question: TURBINES, language: 'english' }, 'language'],
    [
      'a webhook that is not to be called',
      { question: TURBINES, webhook_url: 'https://10.0.0.1/hook' },
      'webhook_url',
    ],
  ];

  test.each(bad)('%s is 400 and names the field', async (_, body, field) => {
    const { status, headers, json } = await client.post('/v1/research', body);
    expect([status, headers.get('content-type')]).toEqual([400, 'application/problem+json']);
    expect(json.field).toEqual(typeof field === 'string' ? field : expect.stringMatching(field));
    expect(json).toMatchObject({ code: 'invalid_request', status: 400, title: expect.any(String) });
    expect(json.detail).toContain(json.field.split('/')[0]);
  });

  test('none of them leaves a job or a hold', async () => {
    const user = await newcomer('careful@example.com', 500);
    for (const [, body] of bad) await user.post('/v1/research', body);
    expect((await user.get('/v1/research')).json).toEqual([]);
    expect(await user.balance()).toMatchObject({ credits_micros: 500 * MICROS, held_micros: 0 });
  });

  test('a body over 1 MiB is 413, one that is no JSON or nests deep is 400', async () => {
    const post = async (body: string) => {
      const { status, json } = await client.post('/v1/research', body);
      return [status, json.code];
    };
    const long = JSON.stringify({ question: TURBINES, sources: [{ text: 'a'.repeat(1_048_576) }] });
    const wide = JSON.stringify({ question: TURBINES, sources: [{ text: 'ä'.repeat(600_000) }] });
    expect(await post(long)).toEqual([413, 'too_large']);
    expect(await post(wide)).toEqual([413, 'too_large']);
    const deep = `{"question":"Why?","response_schema":${'{"a":'.repeat(100)}1${'}'.repeat(101)}`;
    expect(await post(deep)).toEqual([400, 'invalid_request']);
    expect(await post('['.repeat(500_000))).toEqual([400, 'invalid_request']);
    for (const body of ['', '{', 'null', '[]', '"question"', '\u0000']) {
      expect(await post(body)).toEqual([400, 'invalid_request']);
    }
    expect((await client.get('/health')).status).toBe(200);
  });

  test('bad queries of the list are 400', async () => {
    for (const query of ['limit=0', 'limit=201', 'limit=x', 'offset=-1', 'status=lost']) {
      const { status, json } = await client.get(`/v1/research?${query}`);
      expect([query, status, json.field]).toEqual([query, 400, query.split('=')[0]]);
    }
  });
});

describe('who may ask', () => {
  const paths = ['/v1/research', `/v1/research/${NOBODY}`, '/v1/credits', '/v1/library'];

  test('without a key, or with one that is unknown, everything is the same 401', async () => {
    const answers = new Set<string>();
    for (const key of [null, 'inf_live_0000', `${ada.key}0`, 'ä', '']) {
      for (const path of paths) {
        const headers: Record<string, string> = key ? { 'x-api-key': encodeURIComponent(key) } : {};
        const answer = await clientOf(server.url, null).get(path, headers);
        expect([path, answer.status]).toEqual([path, 401]);
        expect(answer.headers.get('www-authenticate')).toStartWith('Bearer');
        answers.add(answer.text);
      }
    }
    expect(answers.size).toBe(1);
    const posted = await clientOf(server.url, null).research({ question: TURBINES });
    expect(posted.status).toBe(401);
  });

  test('without a key, a body is not even read', async () => {
    const stranger = clientOf(server.url, null);
    expect((await stranger.post('/v1/research', '{')).status).toBe(401);
    expect((await stranger.post('/v1/library', '{')).status).toBe(401);
  });

  test('X-API-Key is as good as the bearer', async () => {
    const { status, json } = await clientOf(server.url, null).get('/v1/credits', {
      'x-api-key': ada.key,
    });
    expect([status, typeof json.credits]).toEqual([200, 'number']);
  });

  test("another user's job is as if it were not there", async () => {
    const { json } = await client.research({ question: TURBINES, mode: 'lite' });
    const other = await newcomer('other@example.com', 0);
    for (const suffix of ['', '/events']) {
      const theirs = await other.get(`/v1/research/${json.id}${suffix}`);
      const nobodys = await other.get(`/v1/research/${NOBODY}${suffix}`);
      expect([theirs.status, nobodys.status]).toEqual([404, 404]);
      expect(theirs.text.replaceAll(json.id, NOBODY)).toBe(nobodys.text);
    }
    expect((await other.delete(`/v1/research/${json.id}`)).status).toBe(404);
    expect((await other.get('/v1/research')).json).toEqual([]);
  });

  test('an id that is none is 404', async () => {
    for (const id of ['1', 'null', `${NOBODY}x`, '%00', "'%20OR%201=1--"]) {
      const { status, json } = await client.get(`/v1/research/${id}`);
      expect([id, status, json.code]).toEqual([id, 404, 'not_found']);
    }
  });
});

test('every job of these tests gives the same bytes again', async () => {
  expect(await expectReplays(server.data)).toBeGreaterThan(20);
}, 120_000);
