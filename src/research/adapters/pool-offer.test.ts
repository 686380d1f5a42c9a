import { afterEach, beforeEach, expect, test } from 'bun:test';
import { joinHost, MODEL, openPoolWorld, type PoolWorld } from '../../../tests/support/pool';
import { offerOf } from './pool-offer';

let world: PoolWorld;
beforeEach(async () => {
  world = await openPoolWorld();
});
afterEach(() => world.close());

test('a host that has not loaded the model now is not ready, and its longest answer counts', async () => {
  const { port, id } = await joinHost(world.hosts);
  const readyIds = () =>
    offerOf(world.hosts, MODEL, world.clock.nowMs()).ready.map((host) => host.id);
  await port.heartbeat({ gpuUtilization: null, models: null });
  expect(readyIds()).toEqual([id]);
  await port.heartbeat({ gpuUtilization: null, models: [] });
  expect(readyIds()).toEqual([]);
  expect(offerOf(world.hosts, MODEL, world.clock.nowMs()).maxTokens).toBe(4096);
});
