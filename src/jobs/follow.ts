import type { Clock } from '../lib/clock';
import { Fault } from '../lib/fault';
import { hasEnded } from './lifecycle';
import type { JobEvent, JobStore } from './types';
import { topics, type Wakeups } from './wakeups';

/** What another process commits is seen after this time at the latest. */
const POLL_MS = 1_000;
const BATCH = 256;

export async function* followEvents(
  parts: { read: JobStore; clock: Clock; wakeups: Wakeups },
  jobId: string,
  afterSeq: number,
  signal: AbortSignal,
): AsyncGenerator<JobEvent> {
  let seq = afterSeq;
  while (!signal.aborted) {
    // Listen before reading: what is committed in between wakes us at once.
    const change = nextChange(parts, jobId, signal);
    try {
      // The state before the events: once it is final, no event is missing from what follows.
      const job = await parts.read.get(jobId);
      if (!job) throw new Fault('not_found', `there is no job ${jobId}`);
      const events = await parts.read.events(jobId, seq, BATCH);
      for (const event of events) {
        if (signal.aborted) return;
        seq = event.seq;
        yield event;
      }
      if (events.length === BATCH) continue;
      if (hasEnded(job.state)) return;
      await change.happened;
    } finally {
      change.forget();
    }
  }
}

/** Resolves at the job's next change, at the next poll, or when nobody wants to know any more. */
function nextChange(
  { clock, wakeups }: { clock: Clock; wakeups: Wakeups },
  jobId: string,
  signal: AbortSignal,
): { happened: Promise<void>; forget(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const notNow = clock.after(POLL_MS, resolve);
  const takeOff = wakeups.on(topics.changed(jobId), resolve);
  const abort = () => resolve();
  signal.addEventListener('abort', abort);
  return {
    happened: promise,
    forget() {
      notNow();
      takeOff();
      signal.removeEventListener('abort', abort);
    },
  };
}
