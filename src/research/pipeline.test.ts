import { beforeEach, describe, expect, test } from 'bun:test';
import { ManualClock } from '../../tests/support/clock';
import { snapshotOf } from '../../tests/support/snapshot';
import { Fault } from '../lib/fault';
import { sha256Hex } from '../lib/ids';
import type { Snapshot } from '../library/types';
import { analyse } from './analyse';
import { initialState } from './initial-state';
import { type Checkpoint, type PipelinePorts, runPipeline } from './pipeline';
import type { SearchHit, SearchProvider } from './ports';
import { synthesize } from './stages/synthesize';
import { fillTyped } from './typed/fill';
import type { Budget, PinnedRequest, ProgressEvent, ResearchState } from './types';

const budget: Budget = {
  maxSources: 6,
  maxWaves: 2,
  branches: 3,
  critic: false,
  maxWallclockMs: 60_000,
};
const request: PinnedRequest = {
  question: 'When was the Orrin bridge opened?',
  mode: 'standard',
  maxCredits: null,
  maxWallclockSeconds: null,
  responseSchema: null,
  sources: [],
  search: { library: true, web: false },
  language: 'en',
};
const texts = [
  'The Orrin bridge was opened on 4 May 1961 by the mayor.',
  'After six years of work the Orrin bridge was opened on 4 May 1961.',
  'Bread was baked in the village every Tuesday.',
  'The ferry across the Orrin ran twice a day in summer.',
];

let clock: ManualClock;
let checkpoints: Checkpoint[];
let events: ProgressEvent[];
let snapshots: Map<string, Snapshot>;

beforeEach(() => {
  clock = new ManualClock();
  checkpoints = [];
  events = [];
  snapshots = new Map();
  for (const text of texts) store(text);
});

function store(text: string): string {
  const hash = sha256Hex(text);
  snapshots.set(hash, snapshotOf(text));
  return hash;
}

function libraryHit(index: number): SearchHit {
  return {
    url: `library:${index}`,
    title: `Document ${index}`,
    provider: 'library',
    snippet: null,
    doi: null,
    snapshotHash: sha256Hex(texts[index] ?? ''),
  };
}

const library: SearchProvider = {
  name: 'library',
  search: async () => texts.map((_, index) => libraryHit(index)),
};

function ports(change: Partial<PipelinePorts> = {}): PipelinePorts {
  return {
    providers: [library],
    reader: {
      read: async () => {
        throw new Fault('fetch_failed', 'example.com does not answer');
      },
    },
    stages: {
      analyse: async (input) => analyse(input),
      synthesize: async (input) => synthesize(input),
      fillTyped: async (input) => fillTyped(input),
    },
    clock,
    snapshot: async (hash) => snapshots.get(hash),
    emit: async (event) => void events.push(event),
    checkpoint: async (checkpoint) => void checkpoints.push(structuredClone(checkpoint)),
    ...change,
  };
}

const never = new AbortController().signal;

function run(
  change: Partial<PipelinePorts> = {},
  asked: Partial<PinnedRequest> = {},
  allowed: Partial<Budget> = {},
  committed: ResearchState = initialState,
  signal: AbortSignal = never,
): Promise<ResearchState> {
  return runPipeline(
    { ...request, ...asked },
    { ...budget, ...allowed },
    committed,
    ports(change),
    signal,
  );
}

describe('the pipeline', () => {
  test('an answer rests on quotes that stand in their snapshots', async () => {
    const state = await run();
    expect(state.brief).toContain('4 May 1961');
    const quotes = state.findings.flatMap((finding) => finding.quotes);
    expect(quotes.length).toBeGreaterThan(0);
    for (const { snapshotHash, start, end, text } of quotes) {
      expect(snapshots.get(snapshotHash)?.text.slice(start, end)).toBe(text);
    }
  });

  test('every wave is committed as a whole before the next begins', async () => {
    const state = await run();
    expect(checkpoints.map((checkpoint) => checkpoint.state.waveCount)).toEqual(
      checkpoints.map((_, index) => index + 1),
    );
    expect(checkpoints.at(-1)?.state).toEqual(state);
    expect(state.stopReason).not.toBeNull();
  });

  test('no more sources are read than the budget has', async () => {
    const state = await run({}, {}, { maxSources: 2 });
    expect(state.sources).toHaveLength(2);
    expect(state.unreadCount).toBe(2);
  });

  test('what the asker gave is read before anything found, even with room for one', async () => {
    const hash = store('The Orrin bridge is closed on Sundays.');
    const sources = [{ kind: 'snapshot' as const, hash, title: 'Given', url: 'urn:given' }];
    const state = await run({}, { sources }, { maxSources: 1 });
    expect(state.sources.map((source) => source.title)).toEqual(['Given']);
  });

  test('a provider that fails is named, and the job goes on without it', async () => {
    const broken: SearchProvider = {
      name: 'wikipedia',
      search: async () => {
        throw new Fault('unavailable', 'Wikipedia answers 500');
      },
    };
    const state = await run({ providers: [broken, library] });
    expect(state.searches.find((search) => search.provider === 'wikipedia')?.error).toBe(
      'Wikipedia answers 500',
    );
    expect(state.findings.length).toBeGreaterThan(0);
  });

  test('a page that cannot be read is named with its reason', async () => {
    const sources = [{ kind: 'url' as const, url: 'https://example.com/a' }];
    const state = await run({}, { sources });
    expect(state.unreadable).toEqual([
      { url: 'https://example.com/a', reason: 'example.com does not answer' },
    ]);
  });

  test('one page found under two addresses is read once', async () => {
    const web: SearchProvider = {
      name: 'web',
      search: async () =>
        ['https://www.example.com/a?utm_source=x', 'https://example.com/a/#part'].map((url) => ({
          ...libraryHit(0),
          url,
          snapshotHash: null,
        })),
    };
    let reads = 0;
    const reader = {
      read: async (url: string) => {
        reads += 1;
        return { url, title: 'A', ...snapshotOf('The Orrin bridge was opened on 4 May 1961.') };
      },
    };
    await run({ providers: [web], reader });
    expect(reads).toBe(1);
  });

  test('without any evidence the brief says so, and the gap says where it was looked for', async () => {
    const silent: SearchProvider = { name: 'library', search: async () => [] };
    const state = await run({ providers: [silent] });
    expect(state.findings).toEqual([]);
    expect(state.gaps.length).toBeGreaterThan(0);
    expect(state.brief).not.toBe('');
  });
});

describe('an interrupted pipeline', () => {
  test('the time limit ends the wave and keeps what was read', async () => {
    let reads = 0;
    const snapshot = async (hash: string) => {
      if (++reads === 1) clock.advance(budget.maxWallclockMs);
      return snapshots.get(hash);
    };
    const state = await run({ snapshot });
    expect(state.stopReason).toBe('budget');
    expect(state.sources.length).toBeGreaterThan(0);
    expect(checkpoints.at(-1)?.state).toEqual(state);
  });

  test('a cancel keeps the best so far', async () => {
    const cancel = new AbortController();
    const snapshot = async (hash: string) => {
      cancel.abort('canceled');
      return snapshots.get(hash);
    };
    const state = await run({ snapshot }, {}, {}, initialState, cancel.signal);
    expect(state.stopReason).toBe('canceled');
    expect(state.findings.length).toBeGreaterThan(0);
  });

  test('a shutdown drops the wave at hand, and the same answer comes of the next start', async () => {
    const undisturbed = await run();
    checkpoints = [];
    const stop = new AbortController();
    const snapshot = async (hash: string) => {
      stop.abort('shutdown');
      return snapshots.get(hash);
    };
    const dropped = await run({ snapshot }, {}, {}, initialState, stop.signal);
    expect(dropped.stopReason).toBeNull();
    expect(checkpoints).toEqual([]);
    expect(await run({}, {}, {}, dropped)).toEqual(undisturbed);
  });

  test('a shutdown while a wave is thought over is no cancel: the wave counts, the rest follows', async () => {
    const allowed = { maxSources: 4 };
    const undisturbed = await run({}, {}, allowed);
    expect(undisturbed.waveCount).toBe(2);
    const stop = new AbortController();
    const stages = {
      ...ports().stages,
      analyse: async (input: Parameters<typeof analyse>[0]) => {
        stop.abort('shutdown');
        return analyse(input);
      },
    };
    const stopped = await run({ stages }, {}, allowed, initialState, stop.signal);
    expect([stopped.waveCount, stopped.stopReason]).toEqual([1, null]);
    expect(await run({}, {}, allowed, stopped)).toEqual(undisturbed);
  });

  test('a committed wave is not done again after a restart', async () => {
    await run();
    const first = checkpoints[0]?.state as ResearchState;
    checkpoints = [];
    const resumed = await run({}, {}, {}, { ...first, stopReason: null });
    expect(resumed.sources.map((source) => source.url)).toEqual(
      first.sources.map((source) => source.url),
    );
    expect(checkpoints[0]?.state.waveCount).toBe(2);
  });
});
