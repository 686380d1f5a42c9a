import { expect, test } from 'bun:test';
import { ManualClock } from '../../tests/support/clock';
import { Fault } from '../lib/fault';
import type { SearchHit, SearchProvider } from '../research/ports';
import { type Candidate, tryProvider } from './providers';

/** A provider that answers after so long. */
function candidate(
  clock: ManualClock,
  search: () => Promise<SearchHit[]>,
  more: Partial<Candidate> = {},
): Candidate & { calls: () => number } {
  let calls = 0;
  const provider: SearchProvider = {
    name: 'brave',
    costUsdMicros: 5_000,
    search() {
      calls += 1;
      clock.advance(120);
      return search();
    },
  };
  const remedy = 'set SONDE_BRAVE_KEY';
  return { provider, kind: 'web', standing: 'on', remedy, ...more, calls: () => calls };
}

const base = { name: 'brave', kind: 'web', costUsdMicros: 5_000 } as const;

test('a provider that answers works, even if it finds nothing', async () => {
  const clock = new ManualClock();
  const verdict = await tryProvider(
    clock,
    candidate(clock, async () => []),
  );
  expect(verdict).toEqual({ ...base, state: 'works', ms: 120, remedy: null });
});

test('one that fails says why, and a bug of ours says nothing of the inside', async () => {
  const clock = new ManualClock();
  const refused = new Fault('not_configured', 'Brave Search refused the search.');
  const fails = await tryProvider(
    clock,
    candidate(clock, () => Promise.reject(refused)),
  );
  expect(fails).toMatchObject({ state: 'fails', remedy: 'Brave Search refused the search.' });
  const bug = new Error('secret');
  const broken = await tryProvider(
    clock,
    candidate(clock, () => Promise.reject(bug)),
  );
  expect(broken).toMatchObject({ state: 'fails', remedy: 'internal error' });
});

test.each(['off', 'no_key'] as const)(
  'one that is %s is not asked, so it costs nothing',
  async (standing) => {
    const clock = new ManualClock();
    const off = candidate(clock, async () => [], { standing });
    expect(await tryProvider(clock, off)).toEqual({
      ...base,
      state: standing,
      ms: null,
      remedy: 'set SONDE_BRAVE_KEY',
    });
    expect(off.calls()).toBe(0);
  },
);

test('one that hangs fails at the deadline, even if it does not hear the signal', async () => {
  const clock = new ManualClock();
  const trying = tryProvider(
    clock,
    candidate(clock, () => new Promise(() => {})),
  );
  clock.advance(15_000);
  expect(await trying).toMatchObject({
    state: 'fails',
    remedy: 'brave did not answer in full within 15 s.',
  });
  expect(clock.pending).toBe(0);
});
