import type { Connection } from '../../db/client';
import type { Job, JobStore, ReadyJob } from '../types';
import { JOB_COLUMNS } from './columns';
import { placing } from './place';

type ClaimStatements = Pick<
  JobStore,
  | 'dueKinds'
  | 'claim'
  | 'claimOne'
  | 'ready'
  | 'isHeld'
  | 'renew'
  | 'end'
  | 'requeue'
  | 'requestCancel'
  | 'expired'
>;

/** How many waiting jobs one claim lets into the fair queue; the next claim takes the rest. */
const ENTER_LIMIT = 1_000;

export function claimStatements(connection: Connection): ClaimStatements {
  return {
    ...starting(connection),
    ...holding(connection),
    ...leaving(connection),
  };
}

function starting(
  connection: Connection,
): Pick<ClaimStatements, 'dueKinds' | 'claim' | 'claimOne' | 'ready'> {
  const due = connection.prepare<{ kind: string }>(DUE_KINDS);
  const waiting = connection.prepare<Waiting>(`
    SELECT id, kind, priority, user_id AS userId, cost FROM job
    WHERE kind = :kind AND state = 'queued' AND start_tag IS NULL AND due_ms <= :nowMs
    ORDER BY due_ms, id LIMIT ${ENTER_LIMIT}`);
  const { enter, start: reach } = placing(connection);
  const place = connection.prepare<never>('UPDATE job SET start_tag = :startTag WHERE id = :id');
  const start = connection.prepare<Started>(START);
  const startOne = connection.prepare<Started>(START_ONE);
  const ready = connection.prepare<ReadyJob>(READY);
  return {
    async dueKinds(kinds, nowMs) {
      const rows = await due.all({ kinds: JSON.stringify(kinds), nowMs });
      return rows.map(({ kind }) => kind);
    },
    async claim(kind, limit, nowMs, leasedUntilMs) {
      for (const job of await waiting.all({ kind, nowMs })) {
        await place.run({ id: job.id, startTag: await enter(job, job.cost) });
      }
      const started = await start.all({ kind, limit, nowMs, leasedUntilMs });
      for (const [priority, startTag] of latestTags(started)) {
        await reach({ kind, priority }, startTag);
      }
      return started.sort(byTurn).map(({ startTag: _, ...job }) => job);
    },
    async claimOne(id, nowMs, leasedUntilMs) {
      const started = await startOne.get({ id, nowMs, leasedUntilMs });
      if (!started) return undefined;
      const { startTag, ...job } = started;
      await reach(job, startTag);
      return job;
    },
    ready: (kind, nowMs) => ready.all({ kind, nowMs }),
  };
}

type Waiting = Pick<Job, 'id' | 'kind' | 'priority' | 'userId'> & { cost: number };
type Started = Job & { startTag: number };

const DUE_KINDS = `
  SELECT asked.value AS kind FROM json_each(:kinds) AS asked
  WHERE EXISTS (SELECT 1 FROM job
      WHERE job.kind = asked.value AND state = 'queued' AND start_tag IS NOT NULL
        AND coalesce(deadline_ms > :nowMs, 1))
    OR EXISTS (SELECT 1 FROM job
      WHERE job.kind = asked.value AND state = 'queued' AND start_tag IS NULL
        AND due_ms <= :nowMs)`;

const START = `
  UPDATE job SET state = 'running', fence = fence + 1, attempts = attempts + 1,
    leased_until_ms = :leasedUntilMs, started_ms = coalesce(started_ms, :nowMs)
  WHERE id IN (
    SELECT id FROM job
    WHERE kind = :kind AND state = 'queued' AND start_tag IS NOT NULL
      AND coalesce(deadline_ms > :nowMs, 1)
    ORDER BY priority DESC, start_tag, id LIMIT :limit)
  RETURNING ${JOB_COLUMNS}, start_tag AS startTag`;

const START_ONE = `
  UPDATE job SET state = 'running', fence = fence + 1, attempts = attempts + 1,
    leased_until_ms = :leasedUntilMs, started_ms = coalesce(started_ms, :nowMs)
  WHERE id = :id AND state = 'queued' AND start_tag IS NOT NULL
    AND coalesce(deadline_ms > :nowMs, 1)
  RETURNING ${JOB_COLUMNS}, start_tag AS startTag`;

const READY = `
  SELECT id, priority, start_tag AS place FROM job
  WHERE kind = :kind AND state = 'queued' AND start_tag IS NOT NULL
    AND coalesce(deadline_ms > :nowMs, 1)
  ORDER BY priority DESC, start_tag, id`;

/** RETURNING promises no order. */
function byTurn(a: Started, b: Started): number {
  return b.priority - a.priority || a.startTag - b.startTag || (a.id < b.id ? -1 : 1);
}

function latestTags(started: Started[]): Map<number, number> {
  const latest = new Map<number, number>();
  for (const { priority, startTag } of started) {
    latest.set(priority, Math.max(startTag, latest.get(priority) ?? 0));
  }
  return latest;
}

const HELD = `id = :id AND fence = :fence AND state = 'running'`;

function holding(connection: Connection): Pick<ClaimStatements, 'isHeld' | 'renew' | 'expired'> {
  const isHeld = connection.prepare<{ held: number }>(`SELECT 1 AS held FROM job WHERE ${HELD}`);
  const renew = connection.prepare<Pick<Job, 'cancelRequestedMs'>>(`
    UPDATE job SET leased_until_ms = :leasedUntilMs WHERE ${HELD}
    RETURNING cancel_requested_ms AS cancelRequestedMs`);
  // Without the hints the planner walks every job of the kinds, the ended ones included.
  const expired = connection.prepare<{ id: string }>(`
    SELECT id FROM job INDEXED BY job_leased
    WHERE state = 'running' AND leased_until_ms <= :nowMs
      AND kind IN (SELECT value FROM json_each(:leases))
    UNION ALL
    SELECT id FROM job INDEXED BY job_overdue
    WHERE state = 'queued' AND deadline_ms <= :nowMs
      AND kind IN (SELECT value FROM json_each(:deadlines))
    LIMIT :limit`);
  return {
    isHeld: async ({ id, fence }) => (await isHeld.get({ id, fence })) !== undefined,
    renew: ({ id, fence }, leasedUntilMs) => renew.get({ id, fence, leasedUntilMs }),
    async expired(kinds, nowMs, limit) {
      const leases = JSON.stringify(kinds.leases);
      const deadlines = JSON.stringify(kinds.deadlines);
      const rows = await expired.all({ leases, deadlines, nowMs, limit });
      return rows.map((row) => row.id);
    },
  };
}

function leaving(
  connection: Connection,
): Pick<ClaimStatements, 'end' | 'requeue' | 'requestCancel'> {
  const endRunning = connection.prepare<never>(`
    UPDATE job SET state = :state, error = :error, ended_ms = :endedMs, leased_until_ms = NULL
    WHERE ${HELD}`);
  // A queued job has used nothing of its turn: its user's next job takes as much less, so that
  // who cancels a thousand jobs is not made to wait for them.
  const giveBack = connection.prepare<never>(`
    UPDATE job_flow SET finish_tag = job_flow.finish_tag - job.cost FROM job
    WHERE job.id = :id AND job.fence = :fence AND job.state = 'queued'
      AND job.start_tag IS NOT NULL AND job_flow.kind = job.kind
      AND job_flow.priority = job.priority AND job_flow.user_id = job.user_id`);
  const endQueued = connection.prepare<never>(`
    UPDATE job SET state = :state, error = :error, ended_ms = :endedMs, start_tag = NULL
    WHERE id = :id AND fence = :fence AND state = 'queued'`);
  const requeue = connection.prepare<Job>(`
    UPDATE job SET state = 'queued', leased_until_ms = NULL, due_ms = :dueMs,
      attempts = :attempts, error = :error, start_tag = iif(:keepsPlace, start_tag, NULL)
    WHERE ${HELD} RETURNING ${JOB_COLUMNS}`);
  const requestCancel = connection.prepare<never>(`
    UPDATE job SET cancel_requested_ms = coalesce(cancel_requested_ms, :nowMs) WHERE id = :id`);
  return {
    async end({ id, fence }, from, { state, error }, endedMs) {
      if (from === 'queued') await giveBack.run({ id, fence });
      const statement = from === 'running' ? endRunning : endQueued;
      return (await statement.run({ id, fence, state, error, endedMs })) === 1;
    },
    requeue: ({ id, fence }, { dueMs, attempts, error, keepsPlace }) =>
      requeue.get({ id, fence, dueMs, attempts, error, keepsPlace: keepsPlace ? 1 : 0 }),
    async requestCancel(id, nowMs) {
      await requestCancel.run({ id, nowMs });
    },
  };
}
