import type { Clock } from '../../lib/clock';
import type { Chance } from '../../lib/ids';
import { createCircuit } from '../../net/circuit';
import { createPacedApi } from '../../net/politeness';
import type { ApiFetch, GuardedFetch } from '../../net/types';
import type { SearchProvider } from '../ports';
import type { ApiDeps } from './api';
import { createArxivProvider } from './arxiv';
import { createBraveProvider } from './brave';
import { breaking, isOutage } from './breaking';
import { createGdeltProvider } from './gdelt';
import { createOpenAlexProvider } from './openalex';
import { createSearxngProvider } from './searxng';
import { createSerperProvider } from './serper';
import { createTavilyProvider } from './tavily';
import { createWikipediaProvider } from './wikipedia';

/** What of the operator's options says who is asked. An empty text is none. */
export interface ProviderOptions {
  web: boolean;
  contact: string;
  wikipedia: boolean;
  wikipediaUrl: string;
  openalex: boolean;
  openalexKey: string;
  openalexUrl: string;
  arxiv: boolean;
  arxivUrl: string;
  gdelt: boolean;
  gdeltUrl: string;
  searxngUrl: string;
  braveKey: string;
  braveUrl: string;
  serperKey: string;
  serperUrl: string;
  tavilyKey: string;
  tavilyUrl: string;
}

export interface RegistryDeps {
  fetch: GuardedFetch;
  api: ApiFetch;
  clock: Clock;
  chance: Chance;
}

export type ProviderKind = 'web' | 'news' | 'scholarly';

/** A provider with what the operator has to know of it. */
export interface ListedProvider {
  provider: SearchProvider;
  kind: ProviderKind;
  /** Whether jobs ask it. */
  standing: 'on' | 'off' | 'no_key';
  /** What to do to have it asked. */
  remedy: string;
}

export interface SearchProviders {
  listed: ListedProvider[];
  /** Those that are on. */
  active: SearchProvider[];
}

interface Service {
  title: string;
  /** What one search costs, in millionths of a dollar. */
  costUsdMicros: number;
  standing(options: ProviderOptions): 'on' | 'off' | 'no_key';
  remedy: string;
  make(deps: RegistryDeps & ApiDeps, options: ProviderOptions): [ProviderKind, SearchProvider][];
  /** For an API that asks for one call at a time, and for pauses. */
  pauseMs?: number;
}

/** How many searches may wait for an API with pauses: beyond it a job goes on without. */
const MAX_WAITING = 2;

/**
 * Every service that can be searched. Prices are the public list prices of November 2026, of single
 * searches without a contract; who pays less is charged for too much, never for too little.
 */
const SERVICES: Service[] = [
  {
    title: 'Wikipedia',
    costUsdMicros: 0,
    standing: ({ wikipedia }) => (wikipedia ? 'on' : 'off'),
    remedy: 'set SONDE_WIKIPEDIA=on',
    make: (deps, { wikipediaUrl }) => [
      ['web', createWikipediaProvider({ ...deps, ...at(wikipediaUrl) })],
    ],
  },
  {
    title: 'OpenAlex',
    costUsdMicros: 0,
    standing: ({ openalex }) => (openalex ? 'on' : 'off'),
    remedy: 'set SONDE_OPENALEX=on',
    make: (deps, { openalexUrl, openalexKey, contact }) => [
      [
        'scholarly',
        createOpenAlexProvider({
          ...deps,
          ...at(openalexUrl),
          ...(contact === '' ? {} : { contact }),
          ...(openalexKey === '' ? {} : { apiKey: openalexKey }),
        }),
      ],
    ],
  },
  {
    title: 'arXiv',
    costUsdMicros: 0,
    pauseMs: 3_000,
    standing: ({ arxiv }) => (arxiv ? 'on' : 'off'),
    remedy: 'set SONDE_ARXIV=on',
    make: (deps, { arxivUrl }) => [
      ['scholarly', createArxivProvider({ ...deps, ...at(arxivUrl) })],
    ],
  },
  {
    title: 'GDELT',
    costUsdMicros: 0,
    pauseMs: 5_000,
    standing: ({ gdelt }) => (gdelt ? 'on' : 'off'),
    remedy: 'set SONDE_GDELT=on',
    make: (deps, { gdeltUrl }) => [['news', createGdeltProvider({ ...deps, ...at(gdeltUrl) })]],
  },
  {
    title: 'SearXNG',
    costUsdMicros: 0,
    standing: ({ searxngUrl }) => (searxngUrl === '' ? 'off' : 'on'),
    remedy: 'set SONDE_SEARXNG_URL',
    make: (deps, { searxngUrl: baseUrl }) =>
      both((channel) => createSearxngProvider({ ...deps, baseUrl }, channel)),
  },
  {
    title: 'Brave Search',
    costUsdMicros: 5_000,
    standing: ({ braveKey }) => (braveKey === '' ? 'no_key' : 'on'),
    remedy: 'set SONDE_BRAVE_KEY',
    make: (deps, { braveUrl, braveKey: apiKey }) =>
      both((channel) => createBraveProvider({ ...deps, ...at(braveUrl), apiKey }, channel)),
  },
  {
    title: 'Serper',
    costUsdMicros: 1_000,
    standing: ({ serperKey }) => (serperKey === '' ? 'no_key' : 'on'),
    remedy: 'set SONDE_SERPER_KEY',
    make: (deps, { serperUrl, serperKey: apiKey }) =>
      both((channel) => createSerperProvider({ ...deps, ...at(serperUrl), apiKey }, channel)),
  },
  {
    title: 'Tavily',
    costUsdMicros: 8_000,
    standing: ({ tavilyKey }) => (tavilyKey === '' ? 'no_key' : 'on'),
    remedy: 'set SONDE_TAVILY_KEY',
    make: (deps, { tavilyUrl, tavilyKey: apiKey }) =>
      both((channel) => createTavilyProvider({ ...deps, ...at(tavilyUrl), apiKey }, channel)),
  },
];

/** Every provider but the library, whose searches are each user's own. One for the process: the
 * circuit breakers and the pauses are everybody's. */
export function createSearchProviders(
  deps: RegistryDeps,
  options: ProviderOptions,
): SearchProviders {
  const listed = SERVICES.flatMap((service) => listedOf(service, deps, options));
  const active = listed.filter(({ standing }) => standing === 'on');
  return { listed, active: active.map(({ provider }) => provider) };
}

/** What a service offers stands behind one breaker: it has one account, and mostly one fate. */
function listedOf(
  service: Service,
  deps: RegistryDeps,
  options: ProviderOptions,
): ListedProvider[] {
  const { title, costUsdMicros, remedy } = service;
  const circuit = createCircuit({ ...deps, title, isFailure: isOutage });
  const own = { ...deps, api: apiOf(service, deps) };
  return service.make(own, options).map(([kind, provider]) => ({
    provider: breaking(provider, circuit, costUsdMicros),
    kind,
    standing: options.web ? service.standing(options) : 'off',
    remedy: options.web ? remedy : 'set SONDE_WEB=on',
  }));
}

function apiOf({ title, pauseMs }: Service, { api, clock }: RegistryDeps): ApiFetch {
  if (pauseMs === undefined) return api;
  const limits = { maxAtOnce: 1, minGapMs: pauseMs, maxWaiting: MAX_WAITING };
  return createPacedApi(api, { clock, title, limits });
}

function at(baseUrl: string): { baseUrl?: string } {
  return baseUrl === '' ? {} : { baseUrl };
}

function both(make: (channel: 'web' | 'news') => SearchProvider): [ProviderKind, SearchProvider][] {
  return [
    ['web', make('web')],
    ['news', make('news')],
  ];
}
