import type { Bound } from '../db/database';
import { hasEnded } from '../jobs/lifecycle';
import type { Clock } from '../lib/clock';
import { Fault } from '../lib/fault';
import { pause } from '../net/retry';
import type { Pool } from './pool';
import type { PooledJob } from './pooled-job';
import type { Extra, InferenceRow, InferenceStore } from './store';
import type { InferenceView, StreamPart } from './types';
import { viewOf } from './view';

export interface StreamDeps {
  clock: Clock;
  pool: Pool;
  store: Bound<InferenceStore>;
}

/** What another process does to a job is seen after this time at the latest. */
const POLL_MS = 1_000;

/** Reading answers while they come, and after. A reader sees what is committed, and nothing else:
 * so what it has seen is never taken back. */
export function createStreams({ clock, pool, store }: StreamDeps) {
  async function view(id: string): Promise<InferenceView | undefined> {
    const row = await store.read.get(id);
    return row && viewOf(row, pool);
  }

  async function* follow(id: string, afterSeq: number, signal: AbortSignal) {
    let seq = afterSeq;
    while (!signal.aborted) {
      const job = pool.jobs.get(id);
      if (job) {
        for await (const part of followLive(job, seq, signal)) {
          seq = part.fromSeq + part.pieces.length - 1;
          yield part;
        }
        if (signal.aborted) return;
      }
      const row = await store.read.get(id);
      if (!row) throw new Fault('not_found', `there is no job ${id}`);
      const pieces = (await storedPieces(id)).slice(seq);
      if (pieces.length > 0) yield { type: 'pieces' as const, fromSeq: seq + 1, pieces };
      seq += pieces.length;
      if (hasEnded(row.state)) {
        yield endOf(row);
        return;
      }
      // It is another process's, or was this one's until now. A reader that leaves ends the loop.
      await pause(clock, POLL_MS, signal).catch(() => {});
    }
  }

  function endOf(row: InferenceRow): StreamPart {
    const extra = row.extra === null ? {} : (JSON.parse(row.extra) as Extra);
    return {
      type: 'end',
      view: viewOf(row, pool),
      toolCalls: extra.toolCalls ?? null,
      embeddings: extra.embeddings ?? null,
    };
  }

  async function storedPieces(id: string): Promise<string[]> {
    const batches = await store.read.pieces(id);
    return batches.flatMap(({ deltas }) => JSON.parse(deltas) as string[]);
  }

  return {
    view,
    follow: follow as (
      id: string,
      afterSeq: number,
      signal: AbortSignal,
    ) => AsyncGenerator<StreamPart>,
    async text(id: string): Promise<string> {
      const live = pool.jobs.get(id);
      return (live?.pieces ?? (await storedPieces(id))).join('');
    },
  };
}

type Pieces = Extract<StreamPart, { type: 'pieces' }>;

/** Until the job has ended or its reader has gone: whatever comes, as it comes. */
async function* followLive(
  job: PooledJob,
  afterSeq: number,
  signal: AbortSignal,
): AsyncGenerator<Pieces> {
  let seq = afterSeq;
  let wake = () => {};
  const forget = job.onChange(() => wake());
  const abort = () => wake();
  signal.addEventListener('abort', abort);
  try {
    while (!signal.aborted) {
      if (job.pieces.length > seq) {
        const pieces = job.pieces.slice(seq);
        yield { type: 'pieces', fromSeq: seq + 1, pieces };
        seq += pieces.length;
        continue;
      }
      if (job.isEnded) return;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  } finally {
    forget();
    signal.removeEventListener('abort', abort);
  }
}
