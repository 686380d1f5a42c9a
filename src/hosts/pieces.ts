import { Fault } from '../lib/fault';
import type { PooledJob } from './pooled-job';
import type { Piece } from './types';

/** What was not accepted before, in order. Throws Fault `unprocessable` for a gap, and for a piece
 * without a text, which would be billed and delivered to nobody. */
export function freshDeltas(job: PooledJob, pieces: readonly Piece[]): string[] {
  const deltas: string[] = [];
  let next = job.pieces.length + 1;
  for (const { seq, delta } of [...pieces].sort((a, b) => a.seq - b.seq)) {
    if (seq < next) continue;
    if (seq > next) {
      throw new Fault('unprocessable', `piece ${next} is missing: send it before piece ${seq}`, {
        field: 'seq',
      });
    }
    if (delta === '') {
      throw new Fault(
        'unprocessable',
        `piece ${seq} has no text: leave it out, and number the next one so`,
        {
          field: 'delta',
        },
      );
    }
    deltas.push(delta);
    next += 1;
  }
  return deltas;
}

export function leaseIsOver(): Fault {
  return new Fault('conflict', 'this lease is over: stop working on the job and forget it', {
    field: 'fence',
  });
}
