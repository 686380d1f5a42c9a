import type { Clock } from '../../lib/clock';
import { Fault } from '../../lib/fault';
import type { HostBackend, HostFeature } from '../types';
import type { Continuation } from './continuation';
import { createHuggingFaceBackend } from './huggingface';
import { createOllamaBackend } from './ollama';
import { createOpenAiBackend } from './openai';
import type { Backend, BackendHttp } from './types';
import type { PatienceLimits } from './watch';

export interface BackendDeps {
  http: BackendHttp;
  clock: Clock;
  kind: HostBackend;
  /** Of the server, with or without its version: `http://127.0.0.1:8000`, `https://…/v1`. */
  url: string;
  /** Empty for none. */
  key: string;
  /** How long it may keep us waiting; long enough to load a model if absent. */
  patience?: PatienceLimits;
}

const PATIENCE: PatienceLimits = { firstTokenMs: 240_000, stallMs: 60_000 };

const TEXTS: HostFeature[] = ['chat', 'completions', 'embeddings'];
const ALL: HostFeature[] = [...TEXTS, 'tools', 'response_format'];

const OPENAI_KINDS: Record<'openai' | 'vllm' | 'llamacpp', Continuation> = {
  openai: 'none',
  vllm: 'flag',
  llamacpp: 'last_message',
};

/** Throws Fault `invalid_request` (field `backend`) for what is no address. */
export function createBackend({ http, clock, kind, url, key, patience }: BackendDeps): Backend {
  const headers: Record<string, string> = key === '' ? {} : { Authorization: `Bearer ${key}` };
  const deps = { http, clock, headers, patience: patience ?? PATIENCE };
  const address = addressOf(url);
  if (kind === 'huggingface') return createHuggingFaceBackend(deps, address.href);
  if (kind === 'ollama') return createOllamaBackend(deps, trimmed(address).replace(/\/v1$/, ''));
  return createOpenAiBackend(deps, {
    kind,
    baseUrl: withVersion(trimmed(address)),
    continuation: OPENAI_KINDS[kind],
    features: ALL,
    writesChats: true,
  });
}

function addressOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new Fault('invalid_request', `"${text}" is no address of a backend: see https://host`, {
      field: 'backend',
    });
  }
  url.hash = '';
  url.search = '';
  return url;
}

function trimmed(url: URL): string {
  return url.href.replace(/\/+$/, '');
}

function withVersion(base: string): string {
  return /\/v\d+$/.test(base) ? base : `${base}/v1`;
}
