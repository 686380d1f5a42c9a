import { afterAll, beforeAll, expect, test } from 'bun:test';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cleanUp, onCleanUp } from '../../../tests/support/cleanup';
import { framesOf, openInfrintia } from '../../../tests/support/infrintia-api';
import { until } from '../../../tests/support/until';
import { buildProgram } from '../../cli/program';

let docs: string;
beforeAll(async () => {
  docs = await readFile(join(import.meta.dir, '../../../docs/hosts.md'), 'utf8');
});
afterAll(cleanUp);

/** The one block of that language, run as a reader would run it. */
async function startDocumented(server: string, joinToken: string) {
  const blocks = [...docs.matchAll(/^```python\n(.*?)^```$/gms)];
  expect(blocks).toHaveLength(1);
  const folder = await mkdtemp(join(tmpdir(), 'sonde-host-'));
  onCleanUp(() => rm(folder, { recursive: true, force: true }));
  await Bun.write(join(folder, 'host.py'), blocks[0]![1]!);
  const child = Bun.spawn(['python3', join(folder, 'host.py')], {
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      SONDE_SERVER: server,
      SONDE_JOIN_TOKEN: joinToken,
    },
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
  await until('it is registered', () => said.includes('registered as host_'));
  return { child, said: () => said };
}

test('the documented host serves jobs, goes on from what another said, and drains', async () => {
  const world = await openInfrintia();
  onCleanUp(() => world.close());
  const { registry } = world.hosts;
  const ann = await world.addMember('ann');
  const ask = async (text: string, max_tokens = 50): Promise<string> => {
    const body = { model: 'parrot', input_text: text, max_tokens };
    const { json, status } = await ann.key.post('/run/model', body);
    expect(status).toBe(202);
    return json.job_id;
  };
  const answerOf = async (id: string) => {
    const { json } = await ann.key.get(`/jobs/${id}`);
    return json.status === 'completed' ? json : undefined;
  };

  // Another host of the same model says the beginning, and fails.
  const before = await world.addHost({ models: ['parrot'] });
  const begun = await ask('the whole of it');
  const { json: job } = await before.post('/hosts/next-job', { host_id: before.id });
  const tokens = '{"seq":1,"delta":"You"}\n{"seq":2,"delta":" said:"}\n';
  const path = `/hosts/jobs/${job.job_id}`;
  const sent = await fetch(`${world.url}${path}/tokens?fence=${job.fence}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${before.key}`, 'content-type': 'application/x-ndjson' },
    body: tokens,
  });
  expect(sent.status).toBe(200);
  await before.post(`${path}/fail`, { fence: job.fence, error: 'it broke', retryable: true });

  const joinToken = await registry.createJoinToken({ lifeMs: 60_000, uses: 1 });
  const { child, said } = await startDocumented(world.url, joinToken);
  expect(said()).toContain(': active');
  const whole = await until('the job that was begun is done', () => answerOf(begun));
  expect(whole).toMatchObject({ output: 'You said: the whole of it', completion_tokens: 6 });

  const limited = await ask('a b c d e', 3);
  const short = await until('the short job is done', () => answerOf(limited));
  expect(short).toMatchObject({ output: 'You said: a', finish_reason: 'length' });
  const stream = await ann.key.get(`/jobs/${begun}/stream`);
  expect(framesOf(stream.text).at(-1)?.data).toBe('[DONE]');

  child.kill('SIGTERM');
  expect(await child.exited).toBe(0);
  expect(said()).toContain('drained');
}, 30_000);

test('the document names every option of the command, and every path of the protocol', () => {
  const command = buildProgram().commands.find((known) => known.name() === 'host');
  for (const option of command?.options ?? []) expect(docs).toContain(`\`${option.long}`);
  for (const path of ['register', 'heartbeat', 'next-job', 'drain']) {
    expect(docs).toContain(`### \`POST /hosts/${path}`);
  }
  for (const path of ['tokens', 'renew', 'complete', 'fail']) {
    expect(docs).toContain(`### \`POST /hosts/jobs/{id}/${path}`);
  }
});
