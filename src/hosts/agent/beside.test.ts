import { afterAll, describe, expect, test } from 'bun:test';
import { chmod, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cleanUp, onCleanUp } from '../../../tests/support/cleanup';
import { type Answer, startSite } from '../../../tests/support/site';
import { systemClock } from '../../lib/clock';
import { plainHttp } from '../backends/plain-http';
import { findBackend, kindOf } from './find-backend';
import { readGpu } from './gpu';
import { readState, writeState } from './state-file';

afterAll(cleanUp);

const deps = { http: plainHttp, clock: systemClock, key: '' };
const never = new AbortController().signal;

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'sonde-beside-'));
  onCleanUp(() => rm(path, { recursive: true, force: true }));
  return path;
}

describe('a backend is known by what only it says', () => {
  const listing = (owned_by: string): Answer => {
    return () => Response.json({ data: [{ id: 'm', owned_by }] });
  };
  const tags: Answer = () => Response.json({ models: [] });
  test.each<[string | null, Record<string, Answer>]>([
    ['llamacpp', { '/v1/models': listing('llamacpp'), '/api/tags': tags }],
    ['vllm', { '/v1/models': listing('vllm') }],
    ['ollama', { '/v1/models': listing('library'), '/api/tags': tags }],
    ['huggingface', { '/info': () => Response.json({ model_id: 'm' }) }],
    ['openai', { '/v1/models': listing('somebody') }],
    [null, { '/': () => new Response('a page') }],
  ])('%s', async (kind, pages) => {
    const { url } = startSite(pages);
    expect(await kindOf(deps, url, never)).toBe(kind as never);
    expect(await kindOf(deps, `${url}/v1/`, never)).toBe(kind as never);
  });

  test('and the first of the usual ones that is there is taken', async () => {
    const { url } = startSite({ '/v1/models': listing('vllm') });
    const usual = [
      { kind: 'ollama' as const, url: 'http://127.0.0.1:1' },
      { kind: 'vllm' as const, url },
    ];
    expect(await findBackend(deps, never, usual)).toEqual({ kind: 'vllm', url });
    await expect(findBackend(deps, never, usual.slice(0, 1))).rejects.toThrow(
      'no backend found: tried Ollama at http://127.0.0.1:1; name one with --backend',
    );
  });
});

describe('the GPU', () => {
  async function driver(script: string): Promise<string> {
    const path = join(await folder(), 'nvidia-smi');
    await writeFile(path, `#!/bin/sh\n${script}\n`);
    await chmod(path, 0o755);
    return path;
  }

  test('is what the driver says of the first card', async () => {
    const command = await driver('printf "NVIDIA A100, 80GB, 37\\nNVIDIA T4, 5\\n"');
    expect(await readGpu(command)).toEqual({ name: 'NVIDIA A100, 80GB', utilization: 0.37 });
  });

  test('is none without a driver, and with one that fails or says nothing', async () => {
    expect(await readGpu('no-such-driver')).toBeNull();
    expect(await readGpu(await driver('echo "NVIDIA T4, 5"; exit 9'))).toBeNull();
    expect(await readGpu(await driver('echo "no devices"'))).toBeNull();
  });
});

describe('the state file', () => {
  const state = { server: 'https://sonde.example.com', hostId: 'host_1', key: 'hk_live_x' };

  test('is for its owner alone, and read again', async () => {
    const path = join(await folder(), 'new', 'host.json');
    expect(await readState(path, state.server)).toBeNull();
    await writeState(path, state);
    await writeState(path, state);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(join(path, '..'))).mode & 0o777).toBe(0o700);
    expect(await readState(path, state.server)).toEqual(state);
  });

  test.each([['no JSON'], ['{"server":"https://sonde.example.com"}'], ['null']])(
    'that holds %s is refused, and left as it is',
    async (text) => {
      const path = join(await folder(), 'host.json');
      await writeFile(path, text);
      await expect(readState(path, state.server)).rejects.toMatchObject({ field: 'state' });
      expect(await Bun.file(path).text()).toBe(text);
    },
  );
});
