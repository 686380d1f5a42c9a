import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cleanUp, onCleanUp } from '../../tests/support/cleanup';
import { until } from '../../tests/support/until';
import { deliverTo, openWebhooks, startReceiver } from '../../tests/support/webhooks';
import { MAX_TRIES } from './schedule';

const TOLERANCE_MS = 5 * 60_000;
const BODY = JSON.stringify({ id: 'a job', status: 'completed', brief: 'Zażółć gęślą jaźń' });

let docs: string;
beforeAll(async () => {
  docs = await readFile(join(import.meta.dir, '../../docs/webhooks.md'), 'utf8');
});
afterAll(cleanUp);

/** The one block of that language, run as a reader would run it. */
async function startDocumented(language: string, file: string, command: string[], secret: string) {
  const blocks = [...docs.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'gms'))];
  expect(blocks).toHaveLength(1);
  const folder = await mkdtemp(join(tmpdir(), 'sonde-receiver-'));
  onCleanUp(() => rm(folder, { recursive: true, force: true }));
  await Bun.write(join(folder, file), blocks[0]![1]!);
  // Without the program this throws: a receiver that nobody has run is not documented.
  const child = Bun.spawn([...command, join(folder, file)], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, WEBHOOK_SECRET: secret, PORT: '0' },
    stdout: 'pipe',
    stderr: 'inherit',
  });
  onCleanUp(() => {
    child.kill('SIGKILL');
    return child.exited;
  });
  let said = '';
  void (async () => {
    for await (const chunk of child.stdout) said += new TextDecoder().decode(chunk);
  })();
  const port = await until('it listens', () => /listening on (\d+)/.exec(said)?.[1]);
  return { url: `http://127.0.0.1:${port}`, said: () => said };
}

describe.each([
  ['TypeScript', 'ts', 'receiver.ts', [process.execPath]],
  ['Python', 'python', 'receiver.py', ['python3']],
])('the receiver in %s', (_, language, file, command) => {
  let world: Awaited<ReturnType<typeof openWebhooks>>;
  let receiver: Awaited<ReturnType<typeof startDocumented>>;
  let userId: string;
  beforeAll(async () => {
    world = await openWebhooks({ nowMs: Date.now() });
    userId = await world.addUser();
    receiver = await startDocumented(language, file, command, await world.webhooks.secret(userId));
  });
  afterAll(() => world.close());

  /** What the receiver answers to a real delivery of the user. */
  async function statusOf(path: string, owner = userId): Promise<number | null> {
    const { id } = await deliverTo(world, owner, `${receiver.url}${path}`, BODY);
    await world.runDue();
    return (await world.webhooks.attempts(id))[0]!.status;
  }

  /** A real delivery, caught on its way and sent on changed. */
  async function statusOfChanged(
    path: string,
    change: (caught: { headers: Headers; body: string }) => void,
  ): Promise<number> {
    const { url, received } = startReceiver();
    await deliverTo(world, userId, url, BODY);
    await world.runDue();
    const caught = { headers: new Headers(received[0]!.headers), body: received[0]!.body };
    for (const name of ['host', 'content-length', 'connection']) caught.headers.delete(name);
    change(caught);
    const answer = await fetch(`${receiver.url}${path}`, { method: 'POST', ...caught });
    return answer.status;
  }

  test.each(['/standard', '/infrence'])('accepts by %s what is signed', async (path) => {
    expect(await statusOf(path)).toBe(204);
    expect(await statusOfChanged(path, () => {})).toBe(204);
    await until('it says so', () => receiver.said().includes('job a job is completed'));
  });

  test.each([
    ['/standard', 'webhook-signature'],
    ['/infrence', 'x-infrence-signature'],
  ])('refuses by %s what was tampered with', async (path, name) => {
    const body = BODY.replace('completed', 'failed');
    expect(await statusOfChanged(path, (caught) => Object.assign(caught, { body }))).toBe(401);
    expect(await statusOfChanged(path, ({ headers }) => headers.delete(name))).toBe(401);
    expect(await statusOfChanged(path, ({ headers }) => headers.set(name, 'v1,'))).toBe(401);
    const cut = ({ headers }: { headers: Headers }) =>
      headers.set(name, headers.get(name)!.slice(0, -1));
    expect(await statusOfChanged(path, cut)).toBe(401);
  });

  test('refuses by /standard another id and another time than were signed', async () => {
    const aMinuteAgo = String(Math.floor(Date.now() / 1000) - 60);
    for (const [name, value] of [
      ['webhook-id', 'another'],
      ['webhook-timestamp', aMinuteAgo],
      ['webhook-timestamp', 'NaN'],
      ['webhook-timestamp', ''],
    ] as const) {
      const change = ({ headers }: { headers: Headers }) => headers.set(name, value);
      expect(await statusOfChanged('/standard', change)).toBe(401);
    }
  });

  test.each(['/standard', '/infrence'])('refuses by %s another secret', async (path) => {
    expect(await statusOf(path, await world.addUser())).toBe(401);
  });

  test('refuses by /standard what was signed too long ago, or too far ahead', async () => {
    for (const byMs of [-TOLERANCE_MS - 5_000, TOLERANCE_MS + 60_000]) {
      const elsewhen = await openWebhooks({ nowMs: Date.now() + byMs });
      const owner = await elsewhen.addUser();
      const theirs = await startDocumented(
        language,
        file,
        command,
        await elsewhen.webhooks.secret(owner),
      );
      const { id } = await deliverTo(elsewhen, owner, `${theirs.url}/standard`, BODY);
      await elsewhen.runDue();
      expect(await elsewhen.webhooks.attempts(id)).toMatchObject([{ status: 401 }]);
      await elsewhen.close();
    }
  });

  test('goes on accepting by /standard while the secret is rotated', async () => {
    await world.webhooks.rotateSecret(userId);
    expect(await statusOf('/standard')).toBe(204);
    expect(await statusOf('/infrence')).toBe(401);
    await world.webhooks.rotateSecret(userId);
    expect(await statusOf('/standard')).toBe(401);
  });
});

test('the document tells the number of tries that are made', () => {
  expect(docs).toContain(`up to ${MAX_TRIES} times`);
});
