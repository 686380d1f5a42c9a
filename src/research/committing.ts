import type { Db } from '../db/database';
import type { Queue } from '../jobs/queue';
import type { JobRun } from '../jobs/types';
import type { Library } from '../library/service';
import type { Checkpoint } from './pipeline';
import { researchStore } from './store';

/** How a wave is committed as a whole: its texts, its trace, its state and its events. */
export function createWaveCommit(deps: { db: Db; queue: Queue; library: Library }) {
  const store = deps.db.bind(researchStore);
  return async function commitWave(
    run: JobRun,
    { state, snapshots, contents, trace, events }: Checkpoint,
  ): Promise<void> {
    const jobId = run.job.id;
    // Compressed before the write begins: others wait for it.
    const kept = contents.map(({ source, kind, text }) => {
      return { jobId, source, kind, textZstd: Bun.zstdCompressSync(text), length: text.length };
    });
    const calls = trace.map(({ port, request, response, atMs }) => ({
      jobId,
      port,
      request: JSON.stringify(request),
      response: Bun.zstdCompressSync(JSON.stringify(response)),
      createdMs: atMs,
    }));
    await run.write(async (tx) => {
      for (const parsed of snapshots) await deps.library.putSnapshot(tx, parsed);
      const bound = store.within(tx);
      for (const source of state.sources) await bound.nameSource(jobId, source.snapshotHash);
      for (const content of kept) await bound.insertContent(content);
      for (const call of calls) await bound.appendTrace(call);
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
