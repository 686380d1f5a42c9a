import type { Clock } from '../../lib/clock';
import { BackendFault } from '../backends/fault';
import type { Backend } from '../backends/types';
import type { Assignment, HostFeature, HostModel } from '../types';

export interface Speed {
  model: string;
  firstTokenMs: number;
  /** Null for an answer that was over at once. */
  tokensPerSecond: number | null;
}

const TOKENS = 32;

/** One short answer. Throws BackendFault when the backend does not give it. */
export async function measureSpeed(
  backend: Backend,
  clock: Clock,
  model: HostModel,
  signal: AbortSignal,
): Promise<Speed> {
  const startMs = clock.nowMs();
  let firstMs: number | null = null;
  let lastMs = startMs;
  let pieces = 0;
  for await (const part of backend.generate(trial(model), signal)) {
    if (!('delta' in part)) continue;
    lastMs = clock.nowMs();
    firstMs ??= lastMs;
    pieces += 1;
  }
  const seconds = (lastMs - (firstMs ?? lastMs)) / 1000;
  return {
    model: model.name,
    firstTokenMs: (firstMs ?? clock.nowMs()) - startMs,
    tokensPerSecond: seconds > 0 ? (pieces - 1) / seconds : null,
  };
}

/** Whether the model gives embeddings. A server of llama.cpp does only when it was started for them,
 * and says so only when it is asked. */
export async function embeds(
  backend: Backend,
  model: HostModel,
  signal: AbortSignal,
): Promise<boolean> {
  const job = trial(model);
  const request = { ...job.request, task: 'embedding' as const, inputs: ['one'], parameters: {} };
  try {
    return (await backend.embed({ ...job, request }, signal)).embeddings.length === 1;
  } catch (thrown) {
    signal.throwIfAborted();
    if (thrown instanceof BackendFault) return false;
    throw thrown;
  }
}

/** What is left of the features of a backend when one of both ways has failed. */
export function workingFeatures(
  features: readonly HostFeature[],
  works: { answers: boolean; embeds: boolean },
): HostFeature[] {
  return features.filter((feature) => (feature === 'embeddings' ? works.embeds : works.answers));
}

function trial({ name, maxTokens }: HostModel): Assignment {
  const tokens = Math.min(TOKENS, maxTokens);
  return {
    jobId: 'trial',
    fence: 0,
    leaseMs: 1,
    model: name,
    request: {
      task: 'run',
      model: name,
      inputText: 'Count from one to twenty in words.',
      messages: [],
      inputs: [],
      maxTokens: tokens,
      parameters: { temperature: 0 },
      maxPricePerToken: null,
    },
    acceptedText: '',
    nextSeq: 1,
    maxTokens: tokens,
  };
}
