import { expect, test } from 'bun:test';
import { ManualClock } from '../../../tests/support/clock';
import type { Fault } from '../../lib/fault';
import { systemChance } from '../../lib/ids';
import { FetchFault } from '../../net/fetch-fault';
import type { SearchQuery } from '../ports';
import { isOutage } from './breaking';
import { createSearchProviders, type ProviderOptions } from './registry';

const NONE: ProviderOptions = {
  web: true,
  contact: '',
  wikipedia: false,
  wikipediaUrl: '',
  openalex: false,
  openalexKey: '',
  openalexUrl: '',
  arxiv: false,
  arxivUrl: '',
  gdelt: false,
  gdeltUrl: '',
  searxngUrl: '',
  braveKey: '',
  braveUrl: '',
  serperKey: '',
  serperUrl: '',
  tavilyKey: '',
  tavilyUrl: '',
};
const QUERY: SearchQuery = { text: 'tidal power', limit: 3, language: 'en' };

/** Every call fails as it is told to; `asked` are the addresses. */
function open(options: Partial<ProviderOptions>, failure: unknown) {
  const clock = new ManualClock();
  const asked: string[] = [];
  const fail = async (url: string) => {
    asked.push(url);
    throw failure;
  };
  const deps = { clock, chance: systemChance, fetch: { get: fail }, api: { request: fail } };
  return { ...createSearchProviders(deps, { ...NONE, ...options }), asked, clock };
}

const broken = new FetchFault('name_not_found', 'broken');
const names = (providers: { name: string }[]) => providers.map(({ name }) => name);
const search = (provider: { search: (q: SearchQuery, s: AbortSignal) => Promise<unknown> }) =>
  provider
    .search(QUERY, new AbortController().signal)
    .catch((thrown: unknown) => thrown) as Promise<Fault>;

test('a key, an address or a switch puts a provider to work; off, nothing is asked', () => {
  expect(names(open({}, broken).active)).toEqual([]);
  const all: Partial<ProviderOptions> = {
    wikipedia: true,
    openalex: true,
    arxiv: true,
    gdelt: true,
    searxngUrl: 'http://10.0.0.1:8080',
    braveKey: 'b',
    serperKey: 's',
    tavilyKey: 't',
  };
  expect(names(open(all, broken).active)).toEqual([
    'wikipedia',
    'openalex',
    'arxiv',
    'gdelt',
    'searxng',
    'searxng-news',
    'brave',
    'brave-news',
    'serper',
    'serper-news',
    'tavily',
    'tavily-news',
  ]);
  const off = open({ ...all, web: false }, broken);
  expect(off.active).toEqual([]);
  expect(new Set(off.listed.map(({ remedy }) => remedy))).toEqual(new Set(['set SONDE_WEB=on']));
});

test('each that is not asked says what to do to have it asked', () => {
  const { listed } = open({}, broken);
  expect(listed.map(({ provider, standing, remedy }) => [provider.name, standing, remedy])).toEqual(
    [
      ['wikipedia', 'off', 'set SONDE_WIKIPEDIA=on'],
      ['openalex', 'off', 'set SONDE_OPENALEX=on'],
      ['arxiv', 'off', 'set SONDE_ARXIV=on'],
      ['gdelt', 'off', 'set SONDE_GDELT=on'],
      ['searxng', 'off', 'set SONDE_SEARXNG_URL'],
      ['searxng-news', 'off', 'set SONDE_SEARXNG_URL'],
      ['brave', 'no_key', 'set SONDE_BRAVE_KEY'],
      ['brave-news', 'no_key', 'set SONDE_BRAVE_KEY'],
      ['serper', 'no_key', 'set SONDE_SERPER_KEY'],
      ['serper-news', 'no_key', 'set SONDE_SERPER_KEY'],
      ['tavily', 'no_key', 'set SONDE_TAVILY_KEY'],
      ['tavily-news', 'no_key', 'set SONDE_TAVILY_KEY'],
    ],
  );
});

test('each address can be another', async () => {
  const braveUrl = 'http://127.0.0.1:7';
  const { active, asked } = open({ braveKey: 'k', braveUrl }, broken);
  await search(active[0]!);
  expect(asked[0]).toStartWith('http://127.0.0.1:7/res/v1/web/search?');
});

test('the breaker is one for a service: its news are left alone with its web, and cost nothing', async () => {
  const { active, asked, clock } = open({ braveKey: 'k', wikipedia: true }, broken);
  const [wikipedia, web, news] = active;
  expect([wikipedia!.costUsdMicros, web!.costUsdMicros, news!.costUsdMicros]).toEqual([
    0, 5_000, 5_000,
  ]);
  for (let count = 0; count < 5; count += 1) expect(await search(web!)).toBe(broken);
  expect((await search(news!)).message).toContain('Brave Search has failed and is left alone');
  expect([asked.length, news!.costUsdMicros]).toEqual([5, 0]);
  expect(await search(wikipedia!)).toBe(broken);
  clock.advance(20_000);
  expect(await search(news!)).toBe(broken);
  expect(asked.length).toBe(7);
});

test('a bad query opens no breaker, nor does our own queue', async () => {
  const bad = new FetchFault('status', 'HTTP status 422', { status: 422 });
  const { active, asked } = open({ braveKey: 'k', gdelt: true }, bad);
  const [gdelt, brave] = active;
  for (let count = 0; count < 10; count += 1) await search(brave!);
  expect(asked.length).toBe(10);
  const crowd = Array.from({ length: 20 }, () => search(gdelt!));
  const last = (await crowd.at(-1)) as Fault;
  expect(last.message).toContain('Too many wait for GDELT');
  expect([last, bad, new Error('bug')].map(isOutage)).toEqual([false, false, true]);
});
