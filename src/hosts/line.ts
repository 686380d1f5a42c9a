import { assert } from '../lib/assert';
import type { PooledJob } from './pooled-job';

/** The jobs that wait for one model, in the order of the fair queue. */
export class Line {
  #jobs: PooledJob[] = [];

  get length(): number {
    return this.#jobs.length;
  }

  [Symbol.iterator](): Iterator<PooledJob> {
    return this.#jobs[Symbol.iterator]();
  }

  add(job: PooledJob): void {
    const at = this.#placeOf(job);
    assert(this.#jobs[at] !== job, 'a job waits once');
    this.#jobs.splice(at, 0, job);
  }

  remove(job: PooledJob): void {
    const at = this.#placeOf(job);
    if (this.#jobs[at] === job) this.#jobs.splice(at, 1);
  }

  /** How many go before it. */
  ahead(job: PooledJob): number {
    return this.#placeOf(job);
  }

  /** The index of the first that does not go before the job: by halving. */
  #placeOf(job: PooledJob): number {
    let low = 0;
    let high = this.#jobs.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.#jobs[middle];
      assert(other, 'the middle lies within');
      if (goesBefore(other, job)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** The higher priority first, then the lower place, then the id. */
export function goesBefore(a: PooledJob, b: PooledJob): boolean {
  if (a.facts.priority !== b.facts.priority) return a.facts.priority > b.facts.priority;
  const [placeA, placeB] = [a.place ?? 0, b.place ?? 0];
  return placeA === placeB ? a.id < b.id : placeA < placeB;
}
