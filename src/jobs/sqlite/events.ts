import type { Connection } from '../../db/client';
import type { JobEvent, JobStore } from '../types';

const EVENT_COLUMNS = 'job_id AS jobId, seq, type, data, created_ms AS createdMs';

export function eventStatements(
  connection: Connection,
): Pick<JobStore, 'appendEvent' | 'insertEvent' | 'events'> {
  // Two statements: one that selects from the table it inserts into goes through a temporary one.
  const last = connection.prepare<{ seq: number | null }>(
    'SELECT max(seq) AS seq FROM job_event WHERE job_id = :jobId',
  );
  const insert = connection.prepare<never>(`
    INSERT INTO job_event (job_id, seq, type, data, created_ms)
    VALUES (:jobId, :seq, :type, :data, :createdMs)`);
  const after = connection.prepare<JobEvent>(`
    SELECT ${EVENT_COLUMNS} FROM job_event
    WHERE job_id = :jobId AND seq > :afterSeq ORDER BY seq LIMIT :limit`);
  return {
    async appendEvent({ jobId, type, data, createdMs }) {
      const seq = ((await last.get({ jobId }))?.seq ?? 0) + 1;
      await insert.run({ jobId, seq, type, data, createdMs });
      return { jobId, seq, type, data, createdMs };
    },
    async insertEvent({ jobId, seq, type, data, createdMs }) {
      await insert.run({ jobId, seq, type, data, createdMs });
    },
    events: (jobId, afterSeq, limit) => after.all({ jobId, afterSeq, limit }),
  };
}
