import type { Clock } from '../lib/clock';
import type { Log } from '../lib/log';
import type { Queue } from './queue';
import type { Job, StopReason } from './types';

/** Timers hold at most a signed 32-bit number of milliseconds. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Renews the lease of a running job until it is let go, and says when the job has to stop: it was
 * canceled (here, or by another process, which the renewal finds out), its deadline passed, or the
 * lease is lost. Returns how to let go.
 */
export function holdLease(
  parts: { queue: Queue; clock: Clock; log: Log; leaseMs: number },
  job: Job,
  stop: (reason: StopReason) => void,
): () => void {
  const { queue, clock, log, leaseMs } = parts;
  let isHeld = true;
  let forgetRenewal = () => {};
  let forgetDeadline = () => {};

  const awaitRenewal = () => {
    forgetRenewal = clock.after(Math.ceil(leaseMs / 3), () => void renew());
  };
  async function renew(): Promise<void> {
    const renewal = await queue.renew(job, leaseMs).catch((cause: unknown) => {
      log.warn('job.not_renewed', { jobId: job.id, cause });
      return 'renewed' as const;
    });
    if (!isHeld) return;
    if (renewal === 'lost') return stop('lease_lost');
    if (renewal === 'cancel_requested') stop('canceled');
    awaitRenewal();
  }
  function awaitDeadline(deadlineMs: number): void {
    const leftMs = deadlineMs - clock.nowMs();
    if (leftMs <= 0) {
      stop('deadline');
      return;
    }
    const delayMs = Math.min(leftMs, LONGEST_TIMER_MS);
    forgetDeadline = clock.after(delayMs, () => awaitDeadline(deadlineMs));
  }

  awaitRenewal();
  if (job.deadlineMs !== null) awaitDeadline(job.deadlineMs);
  const forgetCancel = queue.onCancelRequested(job.id, () => stop('canceled'));
  return () => {
    isHeld = false;
    forgetRenewal();
    forgetDeadline();
    forgetCancel();
  };
}
