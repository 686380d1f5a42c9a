import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { MODEL, runRequest } from '../../tests/support/pool';
import { Line } from './line';
import { PooledJob } from './pooled-job';

const jobs = fc.array(fc.record({ priority: fc.integer({ min: -2, max: 2 }), place: fc.nat(5) }), {
  maxLength: 40,
});

function jobOf({ priority, place }: { priority: number; place: number }, index: number) {
  const job = new PooledJob({
    id: String(index).padStart(3, '0'),
    userId: 'ann',
    keyId: null,
    request: runRequest,
    models: [MODEL],
    price: { inputMicros: 0, outputMicros: 0 },
    promptBound: 0,
    heldMicros: 0,
    priority,
    createdMs: 0,
    outlivesReader: true,
  });
  job.place = place;
  return job;
}

test('a line is in the order of the fair queue, whatever comes and goes', () => {
  fc.assert(
    fc.property(jobs, fc.array(fc.nat(39)), (facts, leaving) => {
      const all = facts.map(jobOf);
      const line = new Line();
      for (const job of all) line.add(job);
      const gone = new Set(leaving);
      for (const index of gone) {
        const job = all[index];
        if (job) line.remove(job);
      }
      const expected = all
        .filter((_, index) => !gone.has(index))
        .sort(
          (a, b) =>
            b.facts.priority - a.facts.priority ||
            (a.place ?? 0) - (b.place ?? 0) ||
            (a.id < b.id ? -1 : 1),
        );
      expect([...line].map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
      expect(line.length).toBe(expected.length);
    }),
  );
});
