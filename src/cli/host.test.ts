import { afterAll, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cleanUp, onCleanUp } from '../../tests/support/cleanup';
import { openInfrintia } from '../../tests/support/infrintia-api';
import { startSite } from '../../tests/support/site';
import { until } from '../../tests/support/until';
import { finished, said, sse } from '../hosts/backends/fixtures';

afterAll(cleanUp);

const ROOT = join(import.meta.dir, '../..');

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'sonde-host-'));
  onCleanUp(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** The command, as a process of its own; every line of its output as it comes. */
function startHost(args: string[], environment: Record<string, string> = {}) {
  const child = Bun.spawn([process.execPath, 'src/main.ts', 'host', '--json', ...args], {
    cwd: ROOT,
    env: { PATH: '/usr/bin:/bin', HOME: folder(), SONDE_GRACE_MS: '200', ...environment },
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
  });
  onCleanUp(() => {
    child.kill('SIGKILL');
    return child.exited;
  });
  let stdout = '';
  let stderr = '';
  const collect = async (stream: ReadableStream<Uint8Array>, take: (text: string) => void) => {
    for await (const chunk of stream) take(new TextDecoder().decode(chunk));
  };
  void collect(child.stdout, (text) => {
    stdout += text;
  });
  void collect(child.stderr, (text) => {
    stderr += text;
  });
  const events = () =>
    stdout
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  return {
    events,
    stderr: () => stderr,
    says: (event: string, more: object = {}) =>
      until(`it says ${event}`, () =>
        events().find(
          (entry) =>
            entry.event === event &&
            Object.entries(more).every(([name, value]) => entry[name] === value),
        ),
      ),
    exited: child.exited,
    stop: () => {
      child.kill('SIGTERM');
      return child.exited;
    },
  };
}

/** Answers the measuring at once, and jobs for as long as it is asked for. */
function startBackend() {
  const running = { count: 0 };
  const { url } = startSite({
    '/v1/models': () =>
      Response.json({ data: [{ id: 'talker', owned_by: 'vllm', max_model_len: 900 }] }),
    '/v1/chat/completions': async (request) => {
      const { messages } = (await request.json()) as { messages: { content: string }[] };
      if (messages[0]?.content !== 'talk on') return sse(said('one'), said(' two'), finished());
      running.count += 1;
      request.signal.addEventListener('abort', () => {
        running.count -= 1;
      });
      const start = (controller: ReadableStreamDefaultController) =>
        controller.enqueue(`data: ${JSON.stringify(said('blah'))}\n\n`);
      return new Response(new ReadableStream({ start }).pipeThrough(new TextEncoderStream()));
    },
  });
  return { url, running };
}

describe('sonde host', () => {
  test('joins, serves, is canceled within a second, drains, and is the same host again', async () => {
    const world = await openInfrintia();
    onCleanUp(() => world.close());
    const ann = await world.addMember('ann');
    const backend = startBackend();
    const state = join(folder(), 'deep', 'host.json');
    const args = ['--server', `${world.url}/`, '--backend', backend.url, '--state', state];
    const token = await world.hosts.registry.createJoinToken({ lifeMs: 60_000, uses: 1 });
    const host = startHost([...args, '--gpu', 'A100', '--slots', '2'], { SONDE_JOIN_TOKEN: token });

    await host.says('backend_found', { kind: 'vllm' });
    await host.says('measured', { model: 'talker' });
    const { host_id } = await host.says('registered', { status: 'active' });
    await host.says('status', { status: 'active' });
    expect(statSync(state).mode & 0o777).toBe(0o600);
    expect(world.hosts.registry.list()).toMatchObject([
      {
        gpu: 'A100',
        backend: 'vllm',
        slots: 2,
        models: [{ name: 'talker', maxTokens: 900 }],
        features: ['chat', 'completions', 'tools', 'response_format'],
      },
    ]);

    const ask = async (input_text: string) => {
      const { json } = await ann.key.post('/run/model', { model: 'talker', input_text });
      return json.job_id as string;
    };
    const short = await ask('count');
    await host.says('job_ended', { job_id: short, outcome: 'completed', tokens: 2 });
    expect((await ann.key.get(`/jobs/${short}`)).json.output).toBe('one two');

    const long = await ask('talk on');
    await until('it runs', () => backend.running.count === 1);
    await until('it is streamed', async () => (await ann.key.get(`/jobs/${long}`)).json.output);
    // The lease's renewal is open by then: what follows is heard by it alone.
    await Bun.sleep(300);
    const startMs = performance.now();
    await world.hosts.inference.cancel(long.replace('job_', ''));
    await until('the backend is let go', () => backend.running.count === 0);
    expect(performance.now() - startMs).toBeLessThan(1_000);
    await host.says('job_ended', { job_id: long, outcome: 'canceled' });

    await ask('talk on');
    await until('it runs', () => backend.running.count === 1);
    expect(await host.stop()).toBe(0);
    await until('the backend is let go', () => backend.running.count === 0);
    await host.says('stopped');

    const again = startHost(args);
    await again.says('known', { host_id: host_id as string });
    expect(await again.stop()).toBe(0);
    expect(world.hosts.registry.list()).toHaveLength(1);
  }, 40_000);

  test('waits for a server that is away, and for an admin', async () => {
    const backend = startBackend();
    const state = join(folder(), 'host.json');
    const common = ['--backend', backend.url, '--backend-kind', 'vllm', '--state', state];
    const early = startHost(['--server', 'http://127.0.0.1:1', ...common]);
    await early.says('waiting');
    expect(await early.stop()).toBe(0);

    const world = await openInfrintia();
    onCleanUp(() => world.close());
    const host = startHost(['--server', world.url, ...common]);
    await host.says('registered', { status: 'pending' });
    await host.says('status', { status: 'pending' });
    await until('it says what to wait for', () => host.stderr().includes('approved it'));
    expect(await host.stop()).toBe(0);
  }, 40_000);

  test('refuses a state file of another server, and a model that is not there', async () => {
    const backend = startBackend();
    const state = join(folder(), 'host.json');
    writeFileSync(state, '{"server":"http://other","host_id":"host_1","api_key":"k"}');
    const common = ['--server', 'http://127.0.0.1:1', '--backend', backend.url, '--state', state];
    const stranger = startHost(common);
    expect(await stranger.exited).toBe(1);
    expect(stranger.stderr()).toContain(
      'is of a host at http://other: choose another with --state',
    );
    const missing = startHost([...common, '--model', 'poet']);
    expect(await missing.exited).toBe(1);
    expect(missing.stderr()).toContain('the backend has no model poet');
  }, 40_000);
});
