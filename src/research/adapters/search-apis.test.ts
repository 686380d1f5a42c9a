import { afterAll, describe, expect, test } from 'bun:test';
import { DAY_MS } from '../../lib/calendar';
import { systemClock } from '../../lib/clock';
import { Fault } from '../../lib/fault';
import type { Chance } from '../../lib/ids';
import { createApiFetch } from '../../net/api-fetch';
import type { SearchProvider, SearchQuery } from '../ports';
import type { KeyedApiDeps } from './api';
import { createArxivProvider } from './arxiv';
import { createBraveProvider } from './brave';
import { createGdeltProvider } from './gdelt';
import { createSearxngProvider } from './searxng';
import { createSerperProvider } from './serper';
import { createTavilyProvider } from './tavily';

/**
 * The contract with each search API. The files in fixtures/ stand for recorded answers: they have
 * the shape that the public documentation of each API shows, with invented content and some entries
 * that break it. They are served over loopback HTTP.
 */
const NOW_MS = Date.UTC(2026, 10, 22, 6);
const chance: Chance = { id: () => '', bytes: () => new Uint8Array(0), fraction: () => 0 };
/** Pauses end at once; the fetch keeps the real clock. */
const clock = {
  nowMs: () => NOW_MS,
  after(_delayMs: number, callback: () => void) {
    queueMicrotask(callback);
    return () => {};
  },
};
const stops: (() => unknown)[] = [];
afterAll(() => Promise.all(stops.map((stop) => stop())));

interface Received {
  method: string;
  path: string;
  query: Record<string, string>;
  headers: Headers;
  body: unknown;
}

/** Plays these answers in turn, the last one again and again. */
function play(...answers: (() => Response | Promise<Response>)[]) {
  const received: Received[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    async fetch(request) {
      const url = new URL(request.url);
      const text = await request.text();
      const answer = answers[Math.min(received.length, answers.length - 1)];
      received.push({
        method: request.method,
        path: url.pathname,
        query: Object.fromEntries(url.searchParams),
        headers: request.headers,
        body: text === '' ? null : JSON.parse(text),
      });
      return answer!();
    },
  });
  stops.push(() => server.stop(true));
  return { baseUrl: server.url.href, received };
}

const fixture = (name: string) => () =>
  new Response(Bun.file(new URL(`fixtures/${name}`, import.meta.url)));

function deps(baseUrl: string, timeoutMs = 5_000): KeyedApiDeps & { baseUrl: string } {
  const api = createApiFetch({
    clock: systemClock,
    userAgent: 'SondeBot/0.1',
    allow: ['127.0.0.0/8'],
    limits: { maxBytes: 10_000_000, timeoutMs, maxRedirects: 2 },
  });
  return { api, clock, chance, baseUrl, apiKey: 'hush' };
}

const QUERY: SearchQuery = { text: 'Halden Strait tidal power', limit: 5, language: 'en' };
const WEEK = { publishedAfterMs: NOW_MS - 7 * DAY_MS - 60_000 };
const THREE_DAYS = { publishedAfterMs: NOW_MS - 3 * DAY_MS };
const SITES = { sites: { include: ['a.example', 'b.example'], exclude: ['c.example'] } };

type Make = (deps: KeyedApiDeps & { baseUrl: string }) => SearchProvider;
const search = (provider: SearchProvider, more: Partial<SearchQuery> = {}) =>
  provider.search({ ...QUERY, ...more }, new AbortController().signal);

/** What reaches the API of a provider for a query, whatever it answers. */
async function requestOf(make: Make, answer: string, more: Partial<SearchQuery> = {}) {
  const { baseUrl, received } = play(fixture(answer));
  await search(make(deps(baseUrl)), more);
  expect(received.length).toBe(1);
  return received[0]!;
}

async function hitsOf(make: Make, answer: string, more: Partial<SearchQuery> = {}) {
  return search(make(deps(play(fixture(answer)).baseUrl)), more);
}

async function faultOf(work: Promise<unknown>): Promise<Fault> {
  const thrown = await work.then(
    () => 'nothing was thrown',
    (error: unknown) => error,
  );
  expect(thrown).toBeInstanceOf(Fault);
  return thrown as Fault;
}

const base = { doi: null, snapshotHash: null };

describe('Brave', () => {
  const news: Make = (given) => createBraveProvider(given, 'news');

  test('is asked by key, in its own terms', async () => {
    const request = await requestOf(createBraveProvider, 'brave-web.json', {
      language: 'ja',
      ...WEEK,
      ...SITES,
    });
    expect([request.method, request.path]).toEqual(['GET', '/res/v1/web/search']);
    expect(request.headers.get('x-subscription-token')).toBe('hush');
    expect(request.headers.get('accept')).toBe('application/json');
    expect(request.query).toEqual({
      q: 'Halden Strait tidal power (site:a.example OR site:b.example) -site:c.example',
      count: '5',
      search_lang: 'jp',
      country: 'JP',
      freshness: 'pw',
      result_filter: 'web',
      text_decorations: 'false',
    });
  });

  test('an age without a word is asked as days, and news elsewhere', async () => {
    const { path, query } = await requestOf(news, 'brave-news.json', { ...THREE_DAYS, limit: 90 });
    expect(path).toBe('/res/v1/news/search');
    expect([query.freshness, query.count]).toEqual(['2026-11-19to2026-11-22', '50']);
  });

  test('gives what is a page, without markup, and drops the rest', async () => {
    expect(await hitsOf(createBraveProvider, 'brave-web.json')).toEqual([
      {
        ...base,
        provider: 'brave',
        url: 'https://energy.example/halden?ref=home',
        title: 'Halden Strait tidal plant & its 42 turbines',
        snippet: 'The Halden Strait plant opened with 42 turbines.',
        publishedMs: Date.UTC(2026, 10, 18, 9, 30),
      },
      {
        ...base,
        provider: 'brave',
        url: 'https://wiki.example/tidal',
        title: 'Tidal power',
        snippet: 'Power from tides.',
        publishedMs: null,
      },
    ]);
    expect((await hitsOf(news, 'brave-news.json')).map(({ provider }) => provider)).toEqual([
      'brave-news',
    ]);
  });

  test('a long question is cut to what it takes, sites included', async () => {
    const text = 'word '.repeat(200);
    const { query } = await requestOf(createBraveProvider, 'brave-web.json', { text, ...SITES });
    expect(query.q!.split(' ').length).toBeLessThanOrEqual(50);
    expect(query.q).toEndWith('(site:a.example OR site:b.example) -site:c.example');
    const long = { text: 'syllables'.repeat(100), ...SITES };
    const cut = await requestOf(createBraveProvider, 'brave-web.json', long);
    expect(cut.query.q!.length).toBeLessThanOrEqual(400);
  });

  test('an answer without web results found nothing', async () => {
    const { baseUrl } = play(() => Response.json({ type: 'search', query: {} }));
    expect(await search(createBraveProvider(deps(baseUrl)))).toEqual([]);
  });
});

describe('Serper', () => {
  const news: Make = (given) => createSerperProvider(given, 'news');

  test('is asked by key, in Google’s terms', async () => {
    const request = await requestOf(createSerperProvider, 'serper-web.json', {
      language: 'de',
      ...WEEK,
      sites: { include: ['a.example'], exclude: [] },
    });
    expect([request.method, request.path]).toEqual(['POST', '/search']);
    expect(request.headers.get('x-api-key')).toBe('hush');
    expect(request.headers.get('content-type')).toBe('application/json');
    expect(request.body).toEqual({
      q: 'Halden Strait tidal power site:a.example',
      num: 5,
      hl: 'de',
      gl: 'de',
      tbs: 'qdr:w',
    });
  });

  test('an age without a word is asked by its day, news elsewhere, and never twice the price', async () => {
    const request = await requestOf(news, 'serper-news.json', { ...THREE_DAYS, limit: 50 });
    expect(request.path).toBe('/news');
    expect(request.body).toMatchObject({
      num: 10,
      hl: 'en',
      gl: 'us',
      tbs: 'cdr:1,cd_min:11/19/2026',
    });
  });

  test('gives what is a page, with its date, and drops the rest', async () => {
    expect(await hitsOf(createSerperProvider, 'serper-web.json')).toEqual([
      {
        ...base,
        provider: 'serper',
        url: 'https://energie.example/halden',
        title: 'Gezeitenkraftwerk Halden',
        snippet: 'Das Kraftwerk hat 42 Turbinen.',
        publishedMs: Date.UTC(2026, 10, 19),
      },
      {
        ...base,
        provider: 'serper',
        url: 'https://meer.example/stroemung',
        title: 'Strömung',
        snippet: 'Die Strömung ist stark.',
        publishedMs: NOW_MS - 3 * DAY_MS,
      },
    ]);
    const [first] = await hitsOf(news, 'serper-news.json');
    expect(first).toMatchObject({ provider: 'serper-news', publishedMs: NOW_MS - 7_200_000 });
  });
});

describe('Tavily', () => {
  const news: Make = (given) => createTavilyProvider(given, 'news');

  test('is asked by key, in its own terms', async () => {
    const more = { language: 'de', ...WEEK, ...SITES, limit: 50 };
    const request = await requestOf(createTavilyProvider, 'tavily.json', more);
    expect([request.method, request.path]).toEqual(['POST', '/search']);
    expect(request.headers.get('authorization')).toBe('Bearer hush');
    expect(request.body).toEqual({
      query: 'Halden Strait tidal power',
      topic: 'general',
      search_depth: 'basic',
      max_results: 20,
      country: 'germany',
      time_range: 'week',
      include_domains: ['a.example', 'b.example'],
      exclude_domains: ['c.example'],
    });
  });

  test('news are a topic, and an age without a word is asked by its day', async () => {
    const { body } = await requestOf(news, 'tavily.json', THREE_DAYS);
    expect(body).toEqual({
      query: 'Halden Strait tidal power',
      topic: 'news',
      search_depth: 'basic',
      max_results: 5,
      start_date: '2026-11-19',
    });
  });

  test('gives what is a page and drops the rest', async () => {
    expect(await hitsOf(createTavilyProvider, 'tavily.json')).toEqual([
      {
        ...base,
        provider: 'tavily',
        url: 'https://energy.example/halden',
        title: 'Halden Strait tidal plant',
        snippet: 'The plant opened with 42 turbines.',
        publishedMs: Date.UTC(2026, 10, 18, 9, 30),
      },
    ]);
  });

  test.each([432, 433])('a used-up plan (%d) is told as that', async (status) => {
    const { baseUrl } = play(() => new Response('{}', { status }));
    const fault = await faultOf(search(createTavilyProvider(deps(baseUrl))));
    expect([fault.code, fault.message]).toEqual([
      'not_configured',
      'The plan of Tavily is used up: raise it there, or search without it.',
    ]);
  });
});

describe('SearXNG', () => {
  const news: Make = (given) => createSearxngProvider(given, 'news');

  test('is asked in its own terms, and no question is a command', async () => {
    const { method, path, query } = await requestOf(createSearxngProvider, 'searxng.json', {
      text: '!!g :fr <3 why? a:b',
      language: 'pl',
      ...THREE_DAYS,
      ...SITES,
    });
    expect([method, path]).toEqual(['GET', '/search']);
    expect(query).toEqual({
      q: 'g fr 3 why? a:b (site:a.example OR site:b.example) -site:c.example',
      format: 'json',
      categories: 'general',
      language: 'pl',
      time_range: 'week',
    });
    expect((await requestOf(news, 'searxng.json')).query.categories).toBe('news');
  });

  test('may stand below a path', async () => {
    const { baseUrl, received } = play(fixture('searxng.json'));
    await search(createSearxngProvider(deps(`${baseUrl}searx`)));
    expect(received[0]!.path).toBe('/searx/search');
  });

  test('gives what is a page and drops the rest', async () => {
    const hits = await hitsOf(createSearxngProvider, 'searxng.json');
    expect(hits.map(({ url, publishedMs, snippet }) => [url, publishedMs, snippet])).toEqual([
      [
        'https://energy.example/halden',
        Date.UTC(2026, 10, 18),
        'The plant opened with 42 turbines.',
      ],
      ['https://wiki.example/tidal', null, null],
    ]);
  });

  test('engines that cannot be reached are no search that found nothing', async () => {
    const silent = { query: 'x', results: [], unresponsive_engines: [['google', 'timeout']] };
    const fault = await faultOf(
      search(createSearxngProvider(deps(play(() => Response.json(silent)).baseUrl))),
    );
    expect([fault.code, fault.message]).toEqual([
      'unavailable',
      expect.stringContaining('not all of its engines answered'),
    ]);
    const nothing = { query: 'x', results: [], unresponsive_engines: [] };
    const { baseUrl } = play(() => Response.json(nothing));
    expect(await search(createSearxngProvider(deps(baseUrl)))).toEqual([]);
  });

  test('an instance that gives no JSON is told how to', async () => {
    const { baseUrl } = play(() => new Response('Forbidden', { status: 403 }));
    const fault = await faultOf(search(createSearxngProvider(deps(baseUrl))));
    expect(fault.message).toContain('add json to search.formats in its settings.yml');
  });
});

describe('arXiv', () => {
  test('is asked for any of the words, best first, within the time', async () => {
    const text = 'How many turbines does the Halden Strait plant have? Turbines!';
    const request = await requestOf(createArxivProvider, 'arxiv.xml', { text, ...THREE_DAYS });
    expect([request.method, request.path]).toEqual(['GET', '/api/query']);
    expect(request.query).toEqual({
      search_query:
        '(all:turbines OR all:halden OR all:strait OR all:plant) AND submittedDate:[202611190600 TO 202611220600]',
      start: '0',
      max_results: '5',
      sortBy: 'relevance',
      sortOrder: 'descending',
    });
  });

  test('gives the whole paper, its DOI and formulas as they are, and drops what is not of arXiv', async () => {
    expect(await hitsOf(createArxivProvider, 'arxiv.xml')).toEqual([
      {
        provider: 'arxiv',
        url: 'https://arxiv.org/pdf/2611.01234v2',
        title: 'Tidal turbines where $p<q$ & the flow is slow',
        snippet: 'We measure 42 turbines in a strait.',
        doi: '10.48550/arxiv.2611.01234',
        publishedMs: Date.UTC(2026, 10, 18, 9, 30),
        snapshotHash: null,
      },
      {
        provider: 'arxiv',
        url: 'https://arxiv.org/pdf/hep-th/9901001v1',
        title: 'On tides',
        snippet: 'Old.',
        doi: '10.1000/tides.1',
        publishedMs: Date.UTC(1999, 0, 1),
        snapshotHash: null,
      },
    ]);
  });

  test('an error in the form of an entry is an error', async () => {
    const feed =
      '<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>http://arxiv.org/api/errors#incorrect_id</id><title>Error</title><summary>incorrect id</summary></entry></feed>';
    const fault = await faultOf(
      search(createArxivProvider(deps(play(() => new Response(feed)).baseUrl))),
    );
    expect([fault.code, fault.message]).toEqual([
      'unavailable',
      expect.stringContaining('did not understand'),
    ]);
  });

  test('a feed without entries found nothing; entities that would grow are not replaced', async () => {
    const empty = '<feed xmlns="http://www.w3.org/2005/Atom"><title>none</title></feed>';
    expect(
      await search(createArxivProvider(deps(play(() => new Response(empty)).baseUrl))),
    ).toEqual([]);
    const laughs =
      '<!DOCTYPE f [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><feed><entry><id>http://arxiv.org/abs/2611.01234v1</id><title>&b;</title></entry></feed>';
    const [hit] = await search(createArxivProvider(deps(play(() => new Response(laughs)).baseUrl)));
    expect(hit!.title).toBe('&b;');
  });
});

describe('GDELT', () => {
  test('is asked for all of the words that it takes, in its own terms', async () => {
    const text = 'How many GW does the new Halden Strait tidal power plant of Norway have in 2026?';
    const request = await requestOf(createGdeltProvider, 'gdelt.json', {
      text,
      language: 'de',
      ...WEEK,
      ...SITES,
    });
    expect([request.method, request.path]).toEqual(['GET', '/api/v2/doc/doc']);
    expect(request.query).toEqual({
      query:
        'new halden strait tidal power plant (domain:a.example OR domain:b.example) -domain:c.example sourcelang:german',
      mode: 'artlist',
      format: 'json',
      sort: 'hybridrel',
      maxrecords: '5',
      timespan: '7d',
    });
  });

  test('gives what is an article and drops the rest', async () => {
    expect(await hitsOf(createGdeltProvider, 'gdelt.json')).toEqual([
      {
        ...base,
        provider: 'gdelt',
        url: 'https://daily.example/halden',
        title: 'Halden plant delivers first power',
        snippet: null,
        publishedMs: Date.UTC(2026, 10, 21, 10, 15),
      },
    ]);
  });

  test('nothing found is an empty object; a question without words is not asked', async () => {
    const { baseUrl, received } = play(() => Response.json({}));
    const provider = createGdeltProvider(deps(baseUrl));
    expect(await search(provider)).toEqual([]);
    expect(await search(provider, { text: 'is it?' })).toEqual([]);
    expect(received.length).toBe(1);
  });

  test('a sentence instead of JSON is an error', async () => {
    const { baseUrl } = play(() => new Response('The specified phrase is too short.\n'));
    expect((await faultOf(search(createGdeltProvider(deps(baseUrl))))).code).toBe('unavailable');
  });
});

describe.each([
  ['SONDE_BRAVE_KEY', createBraveProvider, 'brave-web.json'],
  ['SONDE_SERPER_KEY', createSerperProvider, 'serper-web.json'],
  ['SONDE_TAVILY_KEY', createTavilyProvider, 'tavily.json'],
] as const)('%s', (option, make, answer) => {
  test('missing, nothing is asked and the error names it', async () => {
    const { baseUrl, received } = play(fixture(answer));
    const fault = await faultOf(search(make({ ...deps(baseUrl), apiKey: '' })));
    expect([fault.code, fault.field]).toEqual(['not_configured', option]);
    expect(fault.message).toContain(`set ${option}`);
    expect(received.length).toBe(0);
  });

  test.each([401, 403])('refused with %d, the error names it and shows no key', async (status) => {
    const { baseUrl, received } = play(() => new Response('{}', { status }));
    const fault = await faultOf(search(make(deps(baseUrl))));
    expect(fault.code).toBe('not_configured');
    expect(fault.message).toContain(`check ${option}`);
    expect(fault.message).not.toContain('hush');
    expect(received.length).toBe(1);
  });

  test('goes to no other address than the one that was asked', async () => {
    const elsewhere = play(fixture(answer));
    const { baseUrl } = play(() => Response.redirect(elsewhere.baseUrl, 307));
    expect((await faultOf(search(make(deps(baseUrl))))).code).toBe('fetch_failed');
    expect(elsewhere.received.length).toBe(0);
  });
});

describe.each<[string, Make, string]>([
  ['Brave', createBraveProvider, 'brave-web.json'],
  ['Serper', createSerperProvider, 'serper-web.json'],
  ['Tavily', createTavilyProvider, 'tavily.json'],
  ['SearXNG', createSearxngProvider, 'searxng.json'],
  ['arXiv', createArxivProvider, 'arxiv.xml'],
  ['GDELT', createGdeltProvider, 'gdelt.json'],
])('%s', (_name, make, answer) => {
  test('429 with a long Retry-After is not asked again, and the fault says how long', async () => {
    const headers = { 'retry-after': '3600' };
    const { baseUrl, received } = play(() => new Response(null, { status: 429, headers }));
    const fault = await faultOf(search(make(deps(baseUrl))));
    expect([fault.code, fault.retryAfterSeconds]).toEqual(['rate_limited', 3_600]);
    expect(fault.message).toContain('try again in 3600 s');
    expect(received.length).toBe(1);
  });

  test('500 is asked once more', async () => {
    const once = play(() => new Response(null, { status: 500 }), fixture(answer));
    expect((await search(make(deps(once.baseUrl)))).length).toBeGreaterThan(0);
    const always = play(() => new Response(null, { status: 500 }));
    expect((await faultOf(search(make(deps(always.baseUrl))))).code).toBe('fetch_failed');
    expect(always.received.length).toBe(2);
  });

  test('that hangs fails in time, and ends at once with the caller’s signal', async () => {
    const { baseUrl } = play(() => new Promise(() => {}));
    expect((await faultOf(search(make(deps(baseUrl, 30))))).code).toBe('fetch_failed');
    const signal = AbortSignal.abort('canceled');
    const work = make(deps(baseUrl)).search(QUERY, signal);
    expect(await work.catch((reason: unknown) => reason)).toBe('canceled');
  });

  test.each([
    ['a page', '<!doctype html><html><body>Sorry</body></html>'],
    ['nothing', ''],
    ['null', 'null'],
    ['a list', '[]'],
    ['its error', '{"error":{"code":"VALIDATION"},"message":"no"}'],
    ['half of it', '{"results":[{"ti'],
    [
      'entries that are none',
      '{"type":"search","web":{"results":[7]},"organic":[null],"results":[[]],"articles":["x"]}',
    ],
  ])('that answers with %s is unavailable', async (_what, body) => {
    const { baseUrl } = play(() => new Response(body));
    expect((await faultOf(search(make(deps(baseUrl))))).code).toBe('unavailable');
  });

  test('never gives more than was asked for', async () => {
    const { baseUrl } = play(fixture(answer));
    expect((await search(make(deps(baseUrl)), { limit: 1 })).length).toBe(1);
  });
});
