import { and, desc, eq, sql } from 'drizzle-orm';
import type { Connection } from '../db/client';
import { job } from '../db/schema/jobs';
import { research } from '../db/schema/research';
import type { JobState } from '../jobs/types';
import type { TraceRow } from './store-trace';
import type { ContentKind } from './types';

export type ResearchRow = typeof research.$inferSelect;

/** `length` in UTF-16 code units. */
export interface ContentRow {
  kind: ContentKind;
  textZstd: Uint8Array;
  length: number;
}

/** One line of a list of jobs. */
export interface ResearchListRow {
  id: string;
  userId: string;
  question: string;
  mode: ResearchRow['mode'];
  state: JobState;
  chargedMicros: number;
  costUsdMicros: number;
  waveCount: number;
  sourceCount: number;
  createdMs: number;
  endedMs: number | null;
}

export interface ResearchFilter {
  userId?: string | undefined;
  states?: JobState[] | undefined;
  limit: number;
  offset: number;
}

type NewResearch = Pick<
  ResearchRow,
  'jobId' | 'userId' | 'question' | 'mode' | 'request' | 'heldMicros' | 'createdMs'
>;

const listColumns = {
  id: research.jobId,
  userId: research.userId,
  question: research.question,
  mode: research.mode,
  state: job.state,
  chargedMicros: research.chargedMicros,
  costUsdMicros: research.costUsdMicros,
  waveCount: research.waveCount,
  sourceCount: research.sourceCount,
  createdMs: research.createdMs,
  endedMs: job.endedMs,
};

export function researchStore(connection: Connection) {
  return {
    ...rowStatements(connection),
    ...waveStatements(connection),
    ...contentStatements(connection),
  };
}

function rowStatements({ drizzle, prepare }: Connection) {
  const insert = prepare<never>(`
    INSERT INTO research (job_id, user_id, question, mode, request, held_micros, created_ms)
    VALUES (:jobId, :userId, :question, :mode, :request, :heldMicros, :createdMs)`);
  const byJob = drizzle
    .select()
    .from(research)
    .where(eq(research.jobId, sql.placeholder('jobId')))
    .prepare();
  const charge = prepare<never>(`
    UPDATE research SET charged_micros = :chargedMicros, cost_usd_micros = :costUsdMicros
    WHERE job_id = :jobId`);
  const byKeys = prepare<{ count: number }>(`
    SELECT count(*) AS count FROM job
    WHERE user_id = :userId AND kind = 'research' AND key_id IS NOT NULL`);
  const hasWebhook = prepare<{ one: 1 }>(`
    SELECT 1 AS one FROM research
    WHERE job_id = :jobId AND json_type(request, '$.webhook') IS NOT NULL`);
  return {
    /** Whether the end of the job is to be announced: asked at every end, so it reads no result. */
    async hasWebhook(jobId: string): Promise<boolean> {
      return (await hasWebhook.get({ jobId })) !== undefined;
    },
    async insert(row: NewResearch): Promise<void> {
      await insert.run({ ...row });
    },
    async byJob(jobId: string): Promise<ResearchRow | undefined> {
      return byJob.get({ jobId });
    },
    async list(filter: ResearchFilter): Promise<ResearchListRow[]> {
      const { userId, states } = filter;
      return (
        drizzle
          .select(listColumns)
          .from(research)
          .innerJoin(job, eq(job.id, research.jobId))
          .where(
            and(
              userId === undefined ? undefined : eq(job.userId, userId),
              states === undefined ? undefined : sql`${job.state} IN ${states}`,
            ),
          )
          // Ids are ordered by the time they were made.
          .orderBy(desc(job.id))
          .limit(filter.limit)
          .offset(filter.offset)
      );
    },
    /** Of jobs of this kind, those that were asked by a key of the user. */
    async countByKeys(userId: string): Promise<number> {
      return (await byKeys.get({ userId }))?.count ?? 0;
    },
    async charge(row: {
      jobId: string;
      chargedMicros: number;
      costUsdMicros: number;
    }): Promise<void> {
      await charge.run(row);
    },
  };
}

/** The sources' contents that a job keeps for its asker. */
function contentStatements({ prepare }: Connection) {
  const insert = prepare<never>(`
    INSERT INTO research_content (job_id, source, kind, text_zstd, length)
    VALUES (:jobId, :source, :kind, :textZstd, :length)`);
  const bySource = prepare<ContentRow>(`
    SELECT kind, text_zstd AS textZstd, length FROM research_content
    WHERE job_id = :jobId AND source = :source`);
  return {
    async insertContent(row: ContentRow & { jobId: string; source: number }): Promise<void> {
      await insert.run({ ...row });
    },
    content: (jobId: string, source: number) => bySource.get({ jobId, source }),
  };
}

/** What a wave leaves behind. */
function waveStatements({ prepare }: Connection) {
  const checkpoint = prepare<never>(`
    UPDATE research SET checkpoint = :checkpoint, wave_count = :waveCount,
      source_count = :sourceCount
    WHERE job_id = :jobId`);
  const nameSource = prepare<never>(`
    INSERT INTO research_source (job_id, snapshot_hash) VALUES (:jobId, :snapshotHash)
    ON CONFLICT DO NOTHING`);
  const addCallCost = prepare<never>(`
    UPDATE research SET call_cost_micros = call_cost_micros + :costMicros WHERE job_id = :jobId`);
  const addHostCost = prepare<never>(`
    UPDATE research SET host_cost_micros = host_cost_micros + :costMicros WHERE job_id = :jobId`);
  const lastTrace = prepare<{ seq: number | null }>(
    'SELECT max(seq) AS seq FROM research_trace WHERE job_id = :jobId',
  );
  const insertTrace = prepare<never>(`
    INSERT INTO research_trace (job_id, seq, port, request, response_zstd, created_ms)
    VALUES (:jobId, :seq, :port, :request, :responseZstd, :createdMs)`);
  return {
    async checkpoint(row: {
      jobId: string;
      checkpoint: string;
      waveCount: number;
      sourceCount: number;
    }): Promise<void> {
      await checkpoint.run(row);
    },
    /** What a call of a provider costs, counted before it is made. */
    async addCallCost(jobId: string, costMicros: number): Promise<void> {
      await addCallCost.run({ jobId, costMicros });
    },
    /** The same of an answer of the pool's, which has a bill of its own. */
    async addHostCost(jobId: string, costMicros: number): Promise<void> {
      await addHostCost.run({ jobId, costMicros });
    },
    /** Keeps a snapshot from being swept. */
    async nameSource(jobId: string, snapshotHash: string): Promise<void> {
      await nameSource.run({ jobId, snapshotHash });
    },
    /** Behind what the trace has, in this order. */
    async appendTrace(jobId: string, calls: readonly TraceRow[]): Promise<void> {
      let seq = (await lastTrace.get({ jobId }))?.seq ?? 0;
      for (const call of calls) {
        seq += 1;
        await insertTrace.run({ ...call, jobId, seq });
      }
    },
  };
}
