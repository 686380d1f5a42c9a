import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { MODEL, newHost, openPoolWorld, type PoolWorld } from '../../tests/support/pool';
import { createPoolAdmin, type PoolAdmin } from './pool-admin';

let world: PoolWorld;
let failing: PoolAdmin;
beforeAll(async () => {
  world = await openPoolWorld();
  const audit = { record: () => Promise.reject(new Error('no room for a record')) };
  failing = createPoolAdmin({ ...world, audit });
});
afterAll(() => world.close());

describe('what cannot be recorded does not happen', () => {
  test('to a host', async () => {
    const { registry } = world.hosts;
    const { host } = await registry.register(newHost, { userId: null, joinToken: null });
    await expect(failing.setState('root', host.id, 'active')).rejects.toThrow('no room');
    expect(registry.get(host.id)?.state).toBe('pending');
    const restarted = await world.restart();
    expect(restarted.hosts.registry.get(host.id)?.state).toBe('pending');
    await restarted.close();
  });

  test('to an alias or a priority', async () => {
    const alias = { name: 'best', models: [MODEL] };
    await expect(failing.setAlias('root', alias)).rejects.toThrow('no room');
    const given = { userId: 'ann', priority: 9 };
    await expect(failing.setPriority('root', given)).rejects.toThrow('no room');
    const restarted = await world.restart();
    for (const { inference, registry } of [world.hosts, restarted.hosts]) {
      expect(inference.aliases()).toEqual([]);
      expect([registry.priorityOf('ann'), registry.priorities()]).toEqual([0, []]);
    }
    await restarted.close();
  });

  test('and no token is made', async () => {
    const by = { lifeMs: 60_000, uses: 1 };
    await expect(failing.createJoinToken('root', by)).rejects.toThrow('no room');
  });
});

test('those who have a priority are listed, the highest first, until it is taken back', async () => {
  const { registry } = world.hosts;
  await registry.setPriority({ userId: 'ann', priority: -3 });
  await registry.setPriority({ userId: 'bob', priority: 40 });
  expect(registry.priorities()).toEqual([
    { userId: 'bob', priority: 40 },
    { userId: 'ann', priority: -3 },
  ]);
  await registry.setPriority({ userId: 'bob', priority: 0 });
  expect(registry.priorities()).toEqual([{ userId: 'ann', priority: -3 }]);
});
