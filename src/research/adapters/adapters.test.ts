import { afterAll, describe, expect, test } from 'bun:test';
import { systemClock } from '../../lib/clock';
import { Fault } from '../../lib/fault';
import type { Chance } from '../../lib/ids';
import { createGuardedFetch } from '../../net/guarded-fetch';
import type { GuardedFetch } from '../../net/types';
import type { SearchProvider } from '../ports';
import { createOpenAlexProvider } from './openalex';
import { createWikipediaProvider } from './wikipedia';

const chance: Chance = { id: () => '', bytes: () => new Uint8Array(0), fraction: () => 0 };
/** Pauses end at once; the fetch keeps the real clock. */
const clock = {
  nowMs: () => 0,
  after(_delayMs: number, callback: () => void) {
    queueMicrotask(callback);
    return () => {};
  },
};
const stops: (() => unknown)[] = [];
afterAll(() => Promise.all(stops.map((stop) => stop())));

const guardedFetch = (timeoutMs = 5_000) =>
  createGuardedFetch({
    clock: systemClock,
    userAgent: 'SondeBot/0.1',
    allow: ['127.0.0.0/8'],
    limits: { maxBytes: 10_000_000, timeoutMs, maxRedirects: 2 },
  });

/** Plays these answers in turn, the last one again and again. */
function play(...answers: (() => Response | Promise<Response>)[]) {
  const urls: URL[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch(request) {
      const answer = answers[Math.min(urls.length, answers.length - 1)];
      urls.push(new URL(request.url));
      return answer!();
    },
  });
  stops.push(() => server.stop(true));
  return { baseUrl: server.url.href, urls };
}

type Make = (baseUrl: string, timeoutMs?: number) => SearchProvider;
const wikipedia: Make = (baseUrl, timeoutMs) =>
  createWikipediaProvider({ fetch: guardedFetch(timeoutMs), clock, chance, baseUrl });
const openAlex: Make = (baseUrl, timeoutMs) =>
  createOpenAlexProvider({ fetch: guardedFetch(timeoutMs), clock, chance, baseUrl });

const search = (provider: SearchProvider, text = 'why is the sky blue?', language = 'en') =>
  provider.search({ text, limit: 3, language }, new AbortController().signal);

async function faultOf(work: Promise<unknown>): Promise<Fault> {
  const thrown = await work.then(
    () => 'nothing was thrown',
    (error: unknown) => error,
  );
  expect(thrown).toBeInstanceOf(Fault);
  return thrown as Fault;
}

describe('Wikipedia', () => {
  const HITS = {
    batchcomplete: true,
    query: {
      searchinfo: { totalhits: 2 },
      search: [
        {
          ns: 0,
          title: 'AC/DC: the "café" & 50%?',
          pageid: 1,
          snippet:
            '<span class="searchmatch">Sky</span> &quot;blue&quot; &amp; caf&eacute; 1 &lt; 2&nbsp;km\n ok',
        },
        { ns: 0, title: 'Rayleigh scattering', pageid: 2, snippet: '' },
      ],
    },
  };

  test('hits carry the canonical address and a snippet without markup', async () => {
    const { baseUrl, urls } = play(() => Response.json(HITS));
    expect(await search(wikipedia(baseUrl), '  sky\n blue ', 'fr')).toEqual([
      {
        url: `${baseUrl}wiki/AC/DC:_the_%22caf%C3%A9%22_%26_50%25%3F`,
        title: 'AC/DC: the "café" & 50%?',
        provider: 'wikipedia',
        snippet: 'Sky "blue" & café 1 < 2 km ok',
        doi: null,
        snapshotHash: null,
      },
      {
        url: `${baseUrl}wiki/Rayleigh_scattering`,
        title: 'Rayleigh scattering',
        provider: 'wikipedia',
        snippet: null,
        doi: null,
        snapshotHash: null,
      },
    ]);
    expect(urls.map((url) => url.pathname)).toEqual(['/w/api.php']);
    expect(Object.fromEntries(urls[0]!.searchParams)).toEqual({
      action: 'query',
      list: 'search',
      format: 'json',
      formatversion: '2',
      srsearch: 'sky blue',
      srlimit: '3',
      srprop: 'snippet',
    });
  });

  test('the Wikipedia of the language is asked, and its pages are read', async () => {
    const asked: string[] = [];
    const fetch: GuardedFetch = {
      async get(url) {
        asked.push(url);
        const bytes = new TextEncoder().encode(JSON.stringify(HITS));
        return { url, status: 200, contentType: 'application/json', bytes };
      },
    };
    const hits = await search(createWikipediaProvider({ fetch, clock, chance }), 'sky', 'fr');
    expect(asked.map((url) => new URL(url).origin)).toEqual(['https://fr.wikipedia.org']);
    expect(hits.map((hit) => new URL(hit.url).origin)).toEqual([
      'https://fr.wikipedia.org',
      'https://fr.wikipedia.org',
    ]);
  });

  test('a long query is cut between words to what the API takes', async () => {
    const { baseUrl, urls } = play(() => Response.json(HITS));
    await search(wikipedia(baseUrl), 'twelve chars '.repeat(100));
    const sent = urls[0]!.searchParams.get('srsearch')!;
    expect(sent.length).toBeLessThanOrEqual(300);
    expect(sent.endsWith('chars') || sent.endsWith('twelve')).toBe(true);
  });

  test('an error in the answer is no empty result', async () => {
    const error = { error: { code: 'cirrussearch-backend-error', info: 'try later' } };
    const { baseUrl } = play(() => Response.json(error));
    expect((await faultOf(search(wikipedia(baseUrl)))).code).toBe('unavailable');
  });

  test.each(['', 'EN', 'evil.example/', 'en.evil', 'x'])(
    'language %p cannot become a host',
    async (language) => {
      const { baseUrl, urls } = play(() => Response.json(HITS));
      const fault = await faultOf(search(wikipedia(baseUrl), 'sky', language));
      expect([fault.code, fault.field]).toEqual(['invalid_request', 'language']);
      expect(urls).toEqual([]);
    },
  );
});

describe('OpenAlex', () => {
  const work = (changes: object) => ({
    doi: 'https://doi.org/10.1000/ABC',
    title: 'A title',
    best_oa_location: null,
    abstract_inverted_index: null,
    ...changes,
  });

  test('a hit carries title, bare DOI, abstract and the best address to read it', async () => {
    const results = [
      work({
        title: 'Why is the <i>sky</i> blue &amp; not red?',
        best_oa_location: {
          pdf_url: 'https://repo.example/sky.pdf',
          landing_page_url: 'https://repo.example/sky',
          is_oa: true,
        },
        abstract_inverted_index: { the: [1, 4], Because: [0], air: [2], scatters: [3], blue: [5] },
      }),
      work({ best_oa_location: { pdf_url: null, landing_page_url: 'https://repo.example/sky' } }),
      work({ best_oa_location: { pdf_url: 'javascript:alert(1)', landing_page_url: null } }),
    ];
    const { baseUrl, urls } = play(() => Response.json({ meta: { count: 3 }, results }));
    const provider = createOpenAlexProvider({
      fetch: guardedFetch(),
      clock,
      chance,
      baseUrl,
      contact: 'team@example.org',
      apiKey: 'k',
    });
    const base = {
      provider: 'openalex',
      doi: '10.1000/abc',
      publishedMs: null,
      snapshotHash: null,
    };
    expect(await search(provider, 'Why is the sky (not the sea) blue? AND NOT* red')).toEqual([
      {
        ...base,
        url: 'https://repo.example/sky.pdf',
        title: 'Why is the sky blue & not red?',
        snippet: 'Because the air scatters the blue',
      },
      { ...base, url: 'https://repo.example/sky', title: 'A title', snippet: null },
      { ...base, url: 'https://doi.org/10.1000/abc', title: 'A title', snippet: null },
    ]);
    expect(Object.fromEntries(urls[0]!.searchParams)).toEqual({
      search: 'Why is the sky not the sea blue and not red',
      'per-page': '3',
      select: 'doi,title,best_oa_location,abstract_inverted_index,publication_date',
      mailto: 'team@example.org',
      api_key: 'k',
    });
  });

  test('a work without a title or without an address is left out', async () => {
    const results = [work({ title: null }), work({ doi: null }), work({ doi: 'not a doi' })];
    const { baseUrl } = play(() => Response.json({ results }));
    expect(await search(openAlex(baseUrl))).toEqual([]);
  });

  test('positions made to fill the memory are dropped', async () => {
    const index = { a: [0], b: [4_294_967_290, 1e15, -1], c: [1] };
    const { baseUrl } = play(() =>
      Response.json({ results: [work({ abstract_inverted_index: index })] }),
    );
    expect((await search(openAlex(baseUrl)))[0]?.snippet).toBe('a c');
  });
});

describe.each([
  ['Wikipedia', wikipedia, { query: { search: [] } }],
  ['OpenAlex', openAlex, { results: [] }],
] as const)('%s', (_name, make, empty) => {
  test('that finds nothing gives no hits', async () => {
    const { baseUrl } = play(() => Response.json(empty));
    expect(await search(make(baseUrl))).toEqual([]);
  });

  test.each([
    ['a page', '<html>Sorry</html>'],
    ['nothing', ''],
    ['null', 'null'],
    ['a list', '[]'],
    ['other JSON', '{"query":{"search":[{"title":7}]},"results":[{"title":7}]}'],
    ['half of it', '{"results":[{"ti'],
  ])('that answers with %s is unavailable', async (_what, body) => {
    const { baseUrl } = play(() => new Response(body));
    expect((await faultOf(search(make(baseUrl)))).code).toBe('unavailable');
  });

  test.each([429, 500, 503])('that answers %d is asked once more', async (status) => {
    const once = play(
      () => new Response(null, { status }),
      () => Response.json(empty),
    );
    expect(await search(make(once.baseUrl))).toEqual([]);
    expect(once.urls.length).toBe(2);
    const always = play(() => new Response(null, { status }));
    expect((await faultOf(search(make(always.baseUrl)))).code).toBe('fetch_failed');
    expect(always.urls.length).toBe(2);
  });

  test('that asks for a long wait is not asked again, and the fault says how long', async () => {
    const { baseUrl, urls } = play(
      () => new Response(null, { status: 429, headers: { 'retry-after': '3600' } }),
    );
    expect((await faultOf(search(make(baseUrl)))).retryAfterSeconds).toBe(3_600);
    expect(urls.length).toBe(1);
  });

  test('that hangs fails in time, and ends at once with the caller’s signal', async () => {
    const { baseUrl } = play(() => new Promise(() => {}));
    expect((await faultOf(search(make(baseUrl, 30)))).code).toBe('fetch_failed');
    const signal = AbortSignal.abort('canceled');
    const work = make(baseUrl).search({ text: 'sky', limit: 3, language: 'en' }, signal);
    expect(await work.catch((reason: unknown) => reason)).toBe('canceled');
  });
});
