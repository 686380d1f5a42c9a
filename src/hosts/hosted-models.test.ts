import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import {
  ask,
  joinHost,
  MODEL,
  openPoolWorld,
  type PoolWorld,
  take,
  takeOne,
} from '../../tests/support/pool';
import { creditsToMicros } from '../lib/money';
import { GONE_AFTER_MS, heardOf, hostedFrom, MAX_HOSTED_MODELS } from './hosted-models';
import { LONGEST_WAIT_MS } from './jobs';
import type { HostedModel, HostModel, HostPort } from './types';

const OTHER = 'tiny/other';
const AWAY_MS = 96_000;
const MODELS: HostModel[] = [{ name: MODEL, maxTokens: 4096 }];

let world: PoolWorld;
beforeEach(async () => {
  world = await openPoolWorld();
});
afterEach(async () => {
  expect(await world.credits.check()).toEqual([]);
  await world.close();
});

const beat = (port: HostPort, models: HostModel[] | null) =>
  port.heartbeat({ gpuUtilization: null, models });

async function whyWaiting(id: string): Promise<string | undefined> {
  return (await world.hosts.inference.view(id))?.waiting?.reason;
}

function offered(hosts = world.hosts) {
  return hosts.inference.models().map(({ name, availableHosts }) => [name, availableHosts]);
}

/** Long enough for a host that was answered not to be waited for. */
const settle = () => world.clock.advance(100);

test('a job that came while the dear host had nothing loaded goes to it when the cheap one is gone', async () => {
  const dear = await joinHost(world.hosts, { pricePerToken: 0.0003 });
  const cheap = await joinHost(world.hosts);
  await beat(dear.port, []);
  await beat(cheap.port, MODELS);
  const { view } = await ask(world.hosts);
  world.clock.advance(AWAY_MS);
  await beat(dear.port, []);
  expect(await take(dear.port)).toEqual([]);
  expect(await whyWaiting(view.id)).toBe(
    '2 hosts have this model: one does not have it loaded now, one is away',
  );
  settle();
  await beat(dear.port, MODELS);
  expect(await takeOne(dear.port)).toMatchObject({ jobId: view.id });
});

test('a model that no host has loaded can be asked for, and is told of with no host for it', async () => {
  const { port } = await joinHost(world.hosts);
  await beat(port, []);
  expect(offered()).toEqual([[MODEL, 0]]);
  const { view } = await ask(world.hosts);
  expect(view.state).toBe('queued');
  expect(await take(port)).toEqual([]);
  settle();
  await beat(port, MODELS);
  expect(offered()).toEqual([[MODEL, 1]]);
  expect(await takeOne(port)).toMatchObject({ jobId: view.id });
});

test('a host gets jobs only for the models that it has now', async () => {
  const { port } = await joinHost(world.hosts, {
    models: [...MODELS, { name: OTHER, maxTokens: 64 }],
  });
  await beat(port, [{ name: OTHER, maxTokens: 32 }]);
  await ask(world.hosts);
  const { view } = await ask(world.hosts, { model: OTHER });
  expect(await take(port, 4)).toMatchObject([{ jobId: view.id, model: OTHER }]);
  const longer = ask(world.hosts, { model: OTHER, maxTokens: 33 });
  expect(await longer.catch((thrown: Error) => thrown.message)).toContain('at most 32 tokens');
});

test('a model that a heartbeat names first is offered from then on', async () => {
  const { port } = await joinHost(world.hosts);
  await beat(port, [...MODELS, { name: OTHER, maxTokens: 64 }]);
  await beat(port, []);
  const { view } = await ask(world.hosts, { model: OTHER });
  expect(await whyWaiting(view.id)).toBe('1 host has this model: one does not have it loaded now');
});

test('a server that comes back knows what its hosts offer, and what they have of it', async () => {
  const { port, id } = await joinHost(world.hosts, {
    models: [...MODELS, { name: OTHER, maxTokens: 64 }],
  });
  await beat(port, MODELS);
  await ask(world.hosts, { model: OTHER });
  const again = await world.restart();
  expect(offered(again.hosts)).toEqual([
    [OTHER, 0],
    [MODEL, 1],
  ]);
  expect(await take(again.hosts.registry.port(id))).toEqual([]);
  await again.close();
});

test('a host that is gone for good is asked for nothing, and sets no price', async () => {
  await joinHost(world.hosts, {
    pricePerToken: 0.01,
    models: [...MODELS, { name: OTHER, maxTokens: 64 }],
  });
  await world.hosts.stop();
  world.clock.advance(GONE_AFTER_MS + 1);
  const { hosts, close } = await world.restart();
  await joinHost(hosts);
  expect(offered(hosts)).toEqual([[MODEL, 0]]);
  const { view } = await ask(hosts);
  expect(view.heldMicros).toBe(creditsToMicros(0.08));
  const unknown = ask(hosts, { model: OTHER });
  expect(await unknown.catch((thrown: Error) => thrown.message)).toBe(
    `no host has the model ${OTHER}: there are ${MODEL}`,
  );
  await close();
});

test('a job that nobody may take fails when it has waited an hour, says why, and costs nothing', async () => {
  await joinHost(world.hosts);
  const { view } = await ask(world.hosts, { maxPricePerToken: 0.00001 });
  world.clock.advance(LONGEST_WAIT_MS);
  await world.queue.reap(new Set());
  expect(await world.hosts.inference.view(view.id)).toMatchObject({
    state: 'failed',
    error: 'no host took it within 60 minutes: 1 host has this model: one is above your price',
    chargedMicros: 0,
  });
  expect((await world.credits.balance('ann')).heldMicros).toBe(0);
});

describe('what a host offers', () => {
  const names = (models: HostedModel[]) => models.map(({ name }) => name);
  const named = (...list: string[]) => list.map((name) => ({ name, maxTokens: 8 }));

  test('is missing since the first heartbeat that left it out', () => {
    const known = heardOf(hostedFrom(named('a', 'b')), named('b'), 10);
    const later = heardOf(known, named('b'), 20);
    expect(later).toEqual([
      { name: 'b', maxTokens: 8, absentSinceMs: null },
      { name: 'a', maxTokens: 8, absentSinceMs: 10 },
    ]);
    expect(heardOf(later, named('a'), 30)).toEqual([
      { name: 'a', maxTokens: 8, absentSinceMs: null },
      { name: 'b', maxTokens: 8, absentSinceMs: 30 },
    ]);
  });

  test('is forgotten when it was missing for a week', () => {
    const known = heardOf(hostedFrom(named('a')), [], 10);
    expect(names(heardOf(known, [], 10 + GONE_AFTER_MS))).toEqual(['a']);
    expect(names(heardOf(known, [], 11 + GONE_AFTER_MS))).toEqual([]);
  });

  test('is bounded: what has been missing longest makes room', () => {
    const first = heardOf(hostedFrom(named('old')), named('newer'), 10);
    const many = Array.from({ length: MAX_HOSTED_MODELS - 1 }, (_, index) => `model ${index}`);
    expect(names(heardOf(first, named(...many), 20))).toEqual([...many, 'newer']);
  });
});
