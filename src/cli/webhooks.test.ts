import { afterAll, afterEach, beforeAll, expect, spyOn, test } from 'bun:test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cleanUp } from '../../tests/support/cleanup';
import { deliverTo, LEASE_MS, startReceiver } from '../../tests/support/webhooks';
import { readOptions } from '../config/parse';
import { type Core, openCore } from '../core';
import { DELIVER_WEBHOOK } from '../webhooks/service';
import { runCommandLine } from './program';

const EMAIL = 'ana@example.com';

let data: string;
let core: Core;
let userId: string;
let code = 200;
const receiver = startReceiver(() => new Response('noted \u001b[31m', { status: code }));

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'sonde-webhooks-'));
  core = openCore(readOptions({ dataDir: data, fetchAllow: '127.0.0.0/8', logLevel: 'error' }));
  const user = { email: EMAIL, password: 'correct horse', role: 'admin' } as const;
  userId = (await core.accounts.create(user)).id;
});
afterAll(async () => {
  await core.close();
  await rm(data, { recursive: true, force: true });
  await cleanUp();
});

let restore = () => {};
afterEach(() => restore());

/** Runs a command in this process, beside the server that `core` stands for. */
async function sonde(...argv: string[]) {
  let [stdout, stderr] = ['', ''];
  const out = spyOn(process.stdout, 'write').mockImplementation((text) => {
    stdout += String(text);
    return true;
  });
  const err = spyOn(process.stderr, 'write').mockImplementation((text) => {
    stderr += String(text);
    return true;
  });
  restore = () => {
    out.mockRestore();
    err.mockRestore();
  };
  const exitCode = await runCommandLine(['webhook', ...argv, '--data', data]);
  restore();
  return { exitCode, stdout, stderr, json: () => JSON.parse(stdout) };
}

async function runDue(): Promise<void> {
  for (const job of await core.queue.claim(DELIVER_WEBHOOK, 10, LEASE_MS))
    await core.runner.perform(job);
}

async function deliver(answer: number): Promise<{ id: string; jobId: string }> {
  code = answer;
  const made = await deliverTo(core, userId, receiver.url);
  await runDue();
  return made;
}

test('list and show tell what became of a delivery, for people and for scripts', async () => {
  const { id, jobId } = await deliver(410);
  const listed = (await sonde('list', '--user', EMAIL, '--job', jobId, '--json')).json();
  expect(listed).toMatchObject([
    { id, job_id: jobId, user: EMAIL, state: 'failed', error: 'gone' },
  ]);
  expect((await sonde('list', '--state', 'delivered', '--json')).json()).toEqual([]);
  const shown = (await sonde('show', id, '--json')).json();
  expect(shown).toMatchObject({
    url: receiver.url,
    event: 'research.completed',
    next_try_at: null,
  });
  expect(shown.attempts).toMatchObject([{ seq: 1, status: 410, error: 'gone' }]);
  const table = (await sonde('list')).stdout;
  for (const word of [id, 'failed', EMAIL, 'gone']) expect(table).toContain(word);
  const page = (await sonde('show', id)).stdout;
  expect(page).toContain('410');
  expect(page).not.toContain('\u001b');
});

test('retry sends a delivery again', async () => {
  const { id } = await deliver(410);
  expect((await sonde('retry', id, '--json')).json()).toEqual({ id, state: 'pending' });
  code = 200;
  await runDue();
  expect((await sonde('show', id, '--json')).json()).toMatchObject({ state: 'delivered' });
  expect(await sonde('retry', 'nothing')).toMatchObject({
    exitCode: 1,
    stderr: 'sonde: no delivery has the id nothing\n',
  });
});

test('secret shows what signs, and rotate-secret makes another', async () => {
  const { secret, user } = (await sonde('secret', '--json')).json();
  expect(user).toBe(EMAIL);
  expect((await sonde('secret', '--user', EMAIL)).stdout).toBe(`${secret}\n`);
  const rotated = await sonde('rotate-secret', '--json');
  expect(rotated.json().secret).not.toBe(secret);
  expect(Date.parse(rotated.json().previous_secret_until)).toBeGreaterThan(Date.now());
  const again = await sonde('rotate-secret');
  expect(again.stdout).toBe((await sonde('secret')).stdout);
  expect(again.stderr).toContain('until');
});

test('enable says which endpoint it cannot find', async () => {
  const { exitCode, stderr } = await sonde('enable', 'https://hooks.example.com/x');
  expect(exitCode).toBe(1);
  expect(stderr).toContain('https://hooks.example.com is no disabled endpoint');
});

test('a state that there is not is wrong usage', async () => {
  expect((await sonde('list', '--state', 'lost')).exitCode).toBe(2);
});
