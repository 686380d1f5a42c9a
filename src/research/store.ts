import { and, desc, eq, sql } from 'drizzle-orm';
import type { Connection } from '../db/client';
import { job } from '../db/schema/jobs';
import { research, researchSource } from '../db/schema/research';
import type { JobState } from '../jobs/types';

export type ResearchRow = typeof research.$inferSelect;

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

export function researchStore({ drizzle, prepare }: Connection) {
  const insert = prepare<never>(`
    INSERT INTO research (job_id, user_id, question, mode, request, held_micros, created_ms)
    VALUES (:jobId, :userId, :question, :mode, :request, :heldMicros, :createdMs)`);
  const byJob = drizzle
    .select()
    .from(research)
    .where(eq(research.jobId, sql.placeholder('jobId')))
    .prepare();
  const sourceInsert = drizzle
    .insert(researchSource)
    .values({ jobId: sql.placeholder('jobId'), snapshotHash: sql.placeholder('snapshotHash') })
    .onConflictDoNothing()
    .prepare();
  const traceInsert = prepare<never>(`
    INSERT INTO research_trace (job_id, seq, port, request, response_zstd, created_ms)
    VALUES (:jobId, (SELECT coalesce(max(seq), 0) + 1 FROM research_trace WHERE job_id = :jobId),
      :port, :request, :response, :createdMs)`);

  return {
    async insert(
      row: Pick<
        ResearchRow,
        'jobId' | 'userId' | 'question' | 'mode' | 'request' | 'heldMicros' | 'createdMs'
      >,
    ): Promise<void> {
      await insert.run(row);
    },
    async byJob(jobId: string): Promise<ResearchRow | undefined> {
      return byJob.get({ jobId });
    },
    async list(filter: ResearchFilter): Promise<ResearchListRow[]> {
      const states = filter.states;
      return drizzle
        .select({
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
        })
        .from(research)
        .innerJoin(job, eq(job.id, research.jobId))
        .where(
          and(
            filter.userId === undefined ? undefined : eq(research.userId, filter.userId),
            states === undefined ? undefined : sql`${job.state} IN ${states}`,
          ),
        )
        .orderBy(desc(research.createdMs), desc(research.jobId))
        .limit(filter.limit)
        .offset(filter.offset);
    },
    async checkpoint(row: {
      jobId: string;
      checkpoint: string;
      waveCount: number;
      sourceCount: number;
    }): Promise<void> {
      const { jobId, ...columns } = row;
      await drizzle.update(research).set(columns).where(eq(research.jobId, jobId));
    },
    async charge(row: {
      jobId: string;
      chargedMicros: number;
      costUsdMicros: number;
    }): Promise<void> {
      const { jobId, ...columns } = row;
      await drizzle.update(research).set(columns).where(eq(research.jobId, jobId));
    },
    /** Keeps a snapshot from being swept. */
    async nameSource(jobId: string, snapshotHash: string): Promise<void> {
      await sourceInsert.run({ jobId, snapshotHash });
    },
    async appendTrace(row: {
      jobId: string;
      port: string;
      request: string;
      response: Uint8Array;
      createdMs: number;
    }): Promise<void> {
      await traceInsert.run(row);
    },
  };
}
