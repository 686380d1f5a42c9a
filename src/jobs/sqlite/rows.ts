import { and, desc, eq } from 'drizzle-orm';
import type { Connection } from '../../db/client';
import { job as table } from '../../db/schema/jobs';
import type { Job, JobCount, JobFilter, JobStore } from '../types';
import { JOB_COLUMNS, jobColumns } from './columns';
import { placing } from './place';

type RowStatements = Pick<JobStore, 'get' | 'getByIdempotencyKey' | 'list' | 'counts' | 'insert'>;

export function rowStatements(connection: Connection): RowStatements {
  const get = connection.prepare<Job>(`SELECT ${JOB_COLUMNS} FROM job WHERE id = :id`);
  const getByIdempotencyKey = connection.prepare<Job>(`
    SELECT ${JOB_COLUMNS} FROM job WHERE user_id = :userId AND idempotency_key = :key`);
  const { enter, start } = placing(connection);
  const insert = connection.prepare<never>(INSERT);
  const counts = connection.prepare<JobCount>(COUNTS);
  return {
    get: (id) => get.get({ id }),
    getByIdempotencyKey: (userId, key) => getByIdempotencyKey.get({ userId, key }),
    list: async (filter) => list(connection, filter),
    counts: () => counts.all(),
    async insert(job, cost) {
      const isReady = job.dueMs <= job.createdMs;
      const startTag = isReady ? await enter(job, cost) : null;
      await insert.run({ ...job, cost, startTag });
      if (job.state === 'running' && startTag !== null) await start(job, startTag);
      return startTag;
    },
  };
}

const INSERT = `
  INSERT INTO job (
    id, kind, user_id, key_id, payload, state, priority, cost, start_tag,
    attempts, max_attempts, fence, leased_until_ms, due_ms, deadline_ms, cancel_requested_ms,
    idempotency_key, request_hash, error, created_ms, started_ms, ended_ms)
  VALUES (
    :id, :kind, :userId, :keyId, :payload, :state, :priority, :cost, :startTag,
    :attempts, :maxAttempts, :fence, :leasedUntilMs, :dueMs, :deadlineMs, :cancelRequestedMs,
    :idempotencyKey, :requestHash, :error, :createdMs, :startedMs, :endedMs)`;

/** Each part counts the entries of one partial index: jobs that have ended cost nothing here. */
const COUNTS = `
  SELECT kind, state, sum(part) AS count FROM (
    SELECT kind, 'queued' AS state, count(*) AS part FROM job INDEXED BY job_ready
      WHERE state = 'queued' AND start_tag IS NOT NULL GROUP BY kind
    UNION ALL
    SELECT kind, 'queued', count(*) FROM job INDEXED BY job_waiting
      WHERE state = 'queued' AND start_tag IS NULL GROUP BY kind
    UNION ALL
    SELECT kind, 'running', count(*) FROM job INDEXED BY job_leased
      WHERE state = 'running' GROUP BY kind
  ) GROUP BY kind, state ORDER BY kind, state`;

/** Newest first, because ids are ordered by the time they were made. */
function list(connection: Connection, filter: JobFilter): Promise<Job[]> {
  return connection.drizzle
    .select(jobColumns)
    .from(table)
    .where(
      and(
        filter.userId === undefined ? undefined : eq(table.userId, filter.userId),
        filter.kind === undefined ? undefined : eq(table.kind, filter.kind),
        filter.state === undefined ? undefined : eq(table.state, filter.state),
      ),
    )
    .orderBy(desc(table.id))
    .limit(filter.limit)
    .offset(filter.offset);
}
