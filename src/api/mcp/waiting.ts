import { progressText } from '../progress';
import type { McpDeps, ToolCall } from './caller';

/** Quieter calls are given up by clients that count from the last progress. */
const BEAT_MS = 15_000;

/** Resolves when a job has ended, `waitSeconds` are over or the call is; reports what happens. */
export async function waitFor(
  { queue, clock }: Pick<McpDeps, 'queue' | 'clock'>,
  jobId: string,
  waitSeconds: number,
  call: ToolCall,
): Promise<void> {
  if (waitSeconds === 0) return;
  const late = new AbortController();
  const cancelTimer = clock.after(waitSeconds * 1_000, () => late.abort());
  let cancelBeat = () => {};
  const beat = () => {
    cancelBeat = clock.after(BEAT_MS, () => {
      void call.report('still at work');
      beat();
    });
  };
  beat();
  try {
    const signal = AbortSignal.any([late.signal, call.signal]);
    for await (const event of queue.follow(jobId, 0, signal)) {
      const text = progressText(event);
      if (text !== undefined) await call.report(text);
    }
  } finally {
    cancelTimer();
    cancelBeat();
  }
}
