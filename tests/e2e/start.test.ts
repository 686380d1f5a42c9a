import { afterAll, expect, test } from 'bun:test';
import { join } from 'node:path';
import { run, temporaryFolder } from '../support/binary';
import { cleanUp } from '../support/cleanup';
import { freePort } from '../support/free-port';

afterAll(cleanUp);

const START = join(import.meta.dir, '../../scripts/start');

test('scripts/start --once answers a first question on a fresh data folder, and exits 0', async () => {
  const env = { SONDE_PORT: String(freePort()) };
  const data = temporaryFolder();
  const { code, stdout, stderr } = await run([START, '--once'], { data, env });
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.any(String) });
  expect(stdout).toMatch(/API key {3}inf_live_\w+/);
  expect(stdout).toMatch(/\[\d+\]/);
  expect(stdout).toContain('\nSources\n');
  expect(stdout).toMatch(
    new RegExp(`curl -s http://127\\.0\\.0\\.1:${env.SONDE_PORT}/v1/research`),
  );
  expect(stdout).toMatch(/-H 'Authorization: Bearer inf_live_\w+'/);
});

test('scripts/start tells its options, and starts nothing on one that it does not know', async () => {
  const help = await run([START, '--help']);
  expect(help).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('--once') });
  const unknown = await run([START, '--onse']);
  expect(unknown).toMatchObject({ code: 2, stdout: '' });
  expect(unknown.stderr).toStartWith('error: unknown option --onse\nusage: scripts/start');
});
