import { expect, test } from 'bun:test';
import { MODEL, newHost, runRequest } from '../../tests/support/pool';
import { hostedFrom } from './hosted-models';
import { PoolHost } from './pool-host';
import { PooledJob } from './pooled-job';
import { priceOfUsd } from './price';
import { choose, refusal, whyWaiting } from './routing';
import type { HostFeature, InferenceRequest } from './types';

const NOW_MS = 1_000_000;
const DEAR = { inputMicros: priceOfUsd(1), outputMicros: priceOfUsd(1) };

function hostOf(
  id: string,
  change: { usd?: number; slots?: number; features?: HostFeature[] } = {},
) {
  const { usd = 0.0001, slots = 4, features = [] } = change;
  const { pricePerToken: _, pricePerPromptToken: __, models, ...rest } = newHost;
  const host = new PoolHost({
    ...rest,
    id,
    ownerId: null,
    keyHash: id,
    models: hostedFrom(models),
    state: 'active',
    price: { inputMicros: 0, outputMicros: priceOfUsd(usd) },
    slots,
    features,
    failedJobs: 0,
    createdMs: 0,
    heartbeatMs: null,
    gpuUtilization: null,
  });
  host.pollBegins({ room: slots, deliver() {}, end() {} });
  return host;
}

function jobOf(change: Partial<InferenceRequest> = {}, models = [MODEL]) {
  return new PooledJob({
    id: 'job',
    userId: 'ann',
    keyId: null,
    request: { ...runRequest, ...change },
    models,
    price: DEAR,
    promptBound: 10,
    heldMicros: 1,
    priority: 0,
    createdMs: NOW_MS,
    outlivesReader: true,
  });
}

const best = (job: PooledJob, hosts: PoolHost[]) => choose(job, () => hosts, NOW_MS)?.host.id;

test('of two hosts that do alike, the cheaper one is chosen', () => {
  expect(best(jobOf(), [hostOf('dear', { usd: 0.0002 }), hostOf('cheap')])).toBe('cheap');
});

test('a host that is much faster is worth a higher price', () => {
  const [fast, slow] = [hostOf('fast', { usd: 0.00012 }), hostOf('slow')];
  fast.succeeded({ firstTokenMs: 50, tokensPerSecond: 200 });
  slow.succeeded({ firstTokenMs: 2_000, tokensPerSecond: 10 });
  expect(best(jobOf(), [slow, fast])).toBe('fast');
});

test('jobs that begin alike go to one host, until it carries more than its share', () => {
  const [near, far] = [hostOf('near', { slots: 8 }), hostOf('far', { slots: 8 })];
  near.read(jobOf().prefix);
  expect(best(jobOf(), [far, near])).toBe('near');
  expect(best(jobOf({ inputText: 'Something else.' }), [far, near])).toBe('far');
  for (const id of ['a', 'b', 'c']) near.reserve(id);
  expect(best(jobOf(), [far, near])).toBe('far');
});

test('a host without a free slot, or that does not ask, is not chosen', () => {
  const [full, quiet] = [hostOf('full', { slots: 1 }), hostOf('quiet')];
  full.reserve('other');
  quiet.poll = null;
  expect(best(jobOf(), [full, quiet])).toBeUndefined();
});

test('a host that was just answered is given more before it asks again, for a moment', () => {
  const host = hostOf('host', { slots: 2 });
  host.pollEnds({ room: 1, deliver() {}, end() {} }, NOW_MS + 50);
  expect(host.room(NOW_MS)).toBe(1);
  expect(host.room(NOW_MS + 51)).toBe(0);
  host.pollEnds({ room: 1, deliver() {}, end() {} }, null);
  expect(host.room(NOW_MS)).toBe(0);
});

test('whoever lost the job gets it again only when nobody else can have it', () => {
  const job = jobOf();
  const [loser, other] = [hostOf('loser'), hostOf('other', { usd: 0.01 })];
  job.lostBy.add('loser');
  expect(best(job, [loser, other])).toBe('other');
  expect(best(job, [loser])).toBe('loser');
});

test('a host rests after a failure, longer after each, and jobs of one accident count once', () => {
  const host = hostOf('host');
  host.failed(NOW_MS, NOW_MS - 10);
  host.failed(NOW_MS, NOW_MS - 5);
  expect(refusal(jobOf(), host, MODEL, NOW_MS + 1_999)).toBe('cooling');
  expect(refusal(jobOf(), host, MODEL, NOW_MS + 2_000)).toBeNull();
  host.failed(NOW_MS + 2_100, NOW_MS + 2_050);
  expect(refusal(jobOf(), host, MODEL, NOW_MS + 6_000)).toBe('cooling');
  host.succeeded({ firstTokenMs: null, tokensPerSecond: null });
  expect(refusal(jobOf(), host, MODEL, NOW_MS + 6_000)).toBeNull();
});

test('a host is refused for what it lacks, and the sentence counts the hosts by it', () => {
  const job = jobOf({ maxTokens: 16, parameters: { tools: [{}] } });
  const features: HostFeature[] = ['tools'];
  const [plain, dear, away, busy] = [
    hostOf('plain'),
    hostOf('dear', { usd: 2, features }),
    hostOf('away', { features }),
    hostOf('busy', { features }),
  ];
  away.poll = null;
  const hosts = [plain, dear, away, busy].map((host) => ({ host, model: MODEL }));
  expect(hosts.map(({ host, model }) => refusal(job, host, model, NOW_MS))).toEqual([
    'features',
    'price',
    'away',
    null,
  ]);
  expect(whyWaiting(job, hosts, NOW_MS)).toBe(
    '4 hosts have this model: one lacks a feature that you ask for, one is above your price, one is away, one is busy',
  );
  expect(whyWaiting(job, [], NOW_MS)).toBe('no host has this model now');
});
