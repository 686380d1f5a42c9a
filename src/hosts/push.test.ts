import { afterAll, expect, test } from 'bun:test';
import { cleanUp, onCleanUp } from '../../tests/support/cleanup';
import { recordingLog } from '../../tests/support/log';
import { ask, joinHost, MODEL, openPoolWorld } from '../../tests/support/pool';
import { startSite } from '../../tests/support/site';
import { until } from '../../tests/support/until';
import { systemClock } from '../lib/clock';
import { systemChance } from '../lib/ids';
import { plainHttp } from './backends/plain-http';
import { createDriver } from './push';

afterAll(cleanUp);

const KEY = 'sk-echo';

test('what a push host fails at is logged in one line each, and its key is told to nobody', async () => {
  const { url } = startSite({
    '/v1/completions': () =>
      Response.json({ error: { message: `no such key: ${KEY}` } }, { status: 400 }),
  });
  const world = await openPoolWorld();
  onCleanUp(() => world.close());
  const { id, port } = await joinHost(world.hosts, { endpointUrl: url, endpointKey: KEY });
  const host = world.hosts.registry.get(id);
  if (!host) throw new Error('the host is registered');
  const log = recordingLog();
  const drive = createDriver({ clock: systemClock, chance: systemChance, log, http: plainHttp });
  const driver = drive({ ...host, keyHash: '', endpointKey: KEY }, port);
  onCleanUp(() => driver.stop());
  const { view } = await ask(world.hosts);
  const error = 'The backend answered with HTTP status 400: no such key: ***';
  await until('it failed', () => log.records.length > 0);
  expect(await world.hosts.inference.view(view.id)).toMatchObject({ state: 'failed', error });
  expect(log.records).toEqual([
    {
      level: 'warn',
      event: 'push_host.job_failed',
      fields: { hostId: id, jobId: view.id, model: MODEL, error },
    },
  ]);
});
