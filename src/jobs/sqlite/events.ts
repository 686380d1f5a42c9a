import type { Connection } from '../../db/client';
import { assert } from '../../lib/assert';
import type { JobEvent, JobStore } from '../types';

const EVENT_COLUMNS = 'job_id AS jobId, seq, type, data, created_ms AS createdMs';

export function eventStatements(connection: Connection): Pick<JobStore, 'appendEvent' | 'events'> {
  const append = connection.prepare<JobEvent>(`
    INSERT INTO job_event (job_id, seq, type, data, created_ms)
    SELECT :jobId, coalesce(max(seq), 0) + 1, :type, :data, :createdMs
      FROM job_event WHERE job_id = :jobId
    RETURNING ${EVENT_COLUMNS}`);
  const after = connection.prepare<JobEvent>(`
    SELECT ${EVENT_COLUMNS} FROM job_event
    WHERE job_id = :jobId AND seq > :afterSeq ORDER BY seq LIMIT :limit`);
  return {
    async appendEvent({ jobId, type, data, createdMs }) {
      const event = await append.get({ jobId, type, data, createdMs });
      assert(event, 'an appended event comes back with its seq');
      return event;
    },
    events: (jobId, afterSeq, limit) => after.all({ jobId, afterSeq, limit }),
  };
}
