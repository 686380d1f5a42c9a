import type { Db } from '../db/database';
import type { Queue } from '../jobs/queue';
import type { JobRun } from '../jobs/types';
import type { Library } from '../library/service';
import type { SourceContent } from './gathering';
import type { Checkpoint } from './pipeline';
import type { TraceCall } from './recorder';
import { researchStore } from './store';
import type { TraceRow } from './store-trace';

/** How a wave is committed as a whole: its texts, its trace, its state and its events. */
export function createWaveCommit(deps: { db: Db; queue: Queue; library: Library }) {
  const store = deps.db.bind(researchStore);
  return async function commitWave(
    run: JobRun,
    { state, snapshots, contents, trace, events }: Checkpoint,
  ): Promise<void> {
    const jobId = run.job.id;
    // Compressed before the write begins: others wait for it.
    const [packed, kept, calls] = await Promise.all([
      Promise.all(snapshots.map(deps.library.packSnapshot)),
      Promise.all(contents.map((content) => keptContent(jobId, content))),
      Promise.all(trace.map(packedCall)),
    ]);
    await run.write(async (tx) => {
      for (const snapshot of packed) await deps.library.putSnapshot(tx, snapshot);
      const bound = store.within(tx);
      for (const source of state.sources) await bound.nameSource(jobId, source.snapshotHash);
      for (const content of kept) await bound.insertContent(content);
      await bound.appendTrace(jobId, calls);
      await bound.checkpoint({
        jobId,
        checkpoint: JSON.stringify(state),
        waveCount: state.waveCount,
        sourceCount: state.sources.length,
      });
      for (const event of events) await deps.queue.emit(tx, jobId, event.type, event.data);
    });
  };
}

async function keptContent(jobId: string, { source, kind, text }: SourceContent) {
  return { jobId, source, kind, textZstd: await Bun.zstdCompress(text), length: text.length };
}

async function packedCall({ port, request, response, atMs }: TraceCall): Promise<TraceRow> {
  return {
    port,
    request: JSON.stringify(request),
    responseZstd: await Bun.zstdCompress(JSON.stringify(response)),
    createdMs: atMs,
  };
}
