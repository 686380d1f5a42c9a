import type { Clock } from '../../lib/clock';
import { Fault } from '../../lib/fault';
import { askJson } from '../backends/json-call';
import type { StreamDeps } from '../backends/stream';
import type { BackendHttp } from '../backends/types';
import type { HostBackend } from '../types';

export interface FoundBackend {
  kind: HostBackend;
  url: string;
}

export interface FindDeps {
  http: BackendHttp;
  clock: Clock;
  /** Of the backend; empty for none. */
  key: string;
}

/** Where each listens unless it is told otherwise. */
const USUAL: FoundBackend[] = [
  { kind: 'ollama', url: 'http://127.0.0.1:11434' },
  { kind: 'vllm', url: 'http://127.0.0.1:8000' },
  { kind: 'llamacpp', url: 'http://127.0.0.1:8080' },
];
const NAMES = { ollama: 'Ollama', vllm: 'vLLM', llamacpp: 'llama.cpp' } as const;

const PATIENCE_MS = 3_000;
const MAX_BYTES = 8_388_608;

/** The first of the usual ones that is up. Throws Fault `unavailable` that names those tried. */
export async function findBackend(
  deps: FindDeps,
  signal: AbortSignal,
  usual: readonly FoundBackend[] = USUAL,
): Promise<FoundBackend> {
  for (const { url } of usual) {
    // At these addresses something else may be that serves models as well.
    const kind = await kindOf(deps, url, signal);
    if (kind) return { kind, url };
  }
  const tried = usual.map(({ kind, url }) => `${NAMES[kind as keyof typeof NAMES]} at ${url}`);
  throw new Fault(
    'unavailable',
    `no backend found: tried ${tried.join(', ')}; name one with --backend`,
    {
      field: 'backend',
    },
  );
}

/** What answers at an address, by what only it says; null when nothing that serves models does. */
export async function kindOf(
  { http, clock, key }: FindDeps,
  url: string,
  signal: AbortSignal,
): Promise<HostBackend | null> {
  const headers: Record<string, string> = key === '' ? {} : { Authorization: `Bearer ${key}` };
  const patience = { firstTokenMs: PATIENCE_MS, stallMs: PATIENCE_MS };
  const deps: StreamDeps = { http, clock, headers, patience };
  const root = url.replace(/\/+$/, '').replace(/\/v\d+$/, '');
  const base = /\/v\d+\/*$/.test(url) ? url.replace(/\/+$/, '') : `${root}/v1`;
  const answer = (address: string) =>
    askJson(deps, address, signal, { maxBytes: MAX_BYTES }).catch(() => null);

  const models = (await answer(`${base}/models`)) as { data?: unknown } | null;
  const owners = ownersIn(models?.data);
  if (owners.includes('llamacpp')) return 'llamacpp';
  if (owners.includes('vllm')) return 'vllm';
  // llama.cpp answers this too, for Ollama's clients.
  const tags = (await answer(`${root}/api/tags`)) as { models?: unknown } | null;
  if (Array.isArray(tags?.models)) return 'ollama';
  const info = (await answer(`${root}/info`)) as { model_id?: unknown } | null;
  if (typeof info?.model_id === 'string') return 'huggingface';
  return Array.isArray(models?.data) ? 'openai' : null;
}

function ownersIn(data: unknown): unknown[] {
  if (!Array.isArray(data)) return [];
  return data.map((model) => (model as { owned_by?: unknown } | null)?.owned_by);
}
