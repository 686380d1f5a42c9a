import { Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import type { HostModel } from '../types';
import { passing } from './fault';
import { askJson } from './json-call';
import { createOpenAiBackend } from './openai';
import type { StreamDeps } from './stream';
import type { Backend } from './types';

const MAX_BYTES = 8_388_608;
const MAX_MODELS = 1_000;
const DEFAULT_MAX_TOKENS = 4_096;

const TAGS = Type.Object({
  models: Type.Array(Type.Object({ name: Type.String({ minLength: 1, maxLength: 200 }) })),
});

const SHOW = Type.Object({
  model_info: Type.Optional(Type.Union([Type.Record(Type.String(), Type.Unknown()), Type.Null()])),
});

/** Generates by Ollama's OpenAI API, which goes on from a last message as its own API does; lists
 * by its own, which knows how much a model takes. `origin` has no path. */
export function createOllamaBackend(deps: StreamDeps, origin: string): Backend {
  const contexts = new Map<string, number>();

  async function contextOf(name: string, signal: AbortSignal): Promise<number> {
    const known = contexts.get(name);
    if (known !== undefined) return known;
    const call = { maxBytes: MAX_BYTES, json: { model: name } };
    const answer = await askJson(deps, `${origin}/api/show`, signal, call);
    const context = contextIn(answer) ?? DEFAULT_MAX_TOKENS;
    contexts.set(name, context);
    return context;
  }

  return {
    ...createOpenAiBackend(deps, {
      kind: 'ollama',
      baseUrl: `${origin}/v1`,
      continuation: 'last_message',
      features: ['chat', 'completions', 'embeddings', 'tools', 'response_format'],
      writesChats: true,
    }),
    async models(signal) {
      const answer = await askJson(deps, `${origin}/api/tags`, signal, { maxBytes: MAX_BYTES });
      if (!Value.Check(TAGS, answer)) {
        throw passing('The backend lists its models in another way than Ollama does.');
      }
      const models: HostModel[] = [];
      for (const { name } of answer.models.slice(0, MAX_MODELS)) {
        models.push({ name, maxTokens: await contextOf(name, signal) });
      }
      return models;
    },
  };
}

/** It stands under the name of the model's architecture: `llama.context_length`. */
function contextIn(answer: unknown): number | undefined {
  if (!Value.Check(SHOW, answer)) return undefined;
  for (const [name, value] of Object.entries(answer.model_info ?? {})) {
    if (name.endsWith('.context_length') && Number.isSafeInteger(value) && Number(value) > 0) {
      return Number(value);
    }
  }
  return undefined;
}
