import { and, desc, eq, sql } from 'drizzle-orm';
import type { Connection } from '../db/client';
import { user } from '../db/schema/accounts';
import { job } from '../db/schema/jobs';
import { research } from '../db/schema/research';
import type { JobState } from '../jobs/types';

export interface OverviewFilter {
  userId?: string | undefined;
  /** A whole address, whatever its case. */
  userEmail?: string | undefined;
  states?: JobState[] | undefined;
  limit: number;
  offset: number;
}

export interface OverviewRow {
  id: string;
  userId: string;
  userEmail: string;
  question: string;
  state: JobState;
  chargedMicros: number;
  costUsdMicros: number;
  createdMs: number;
  endedMs: number | null;
}

export interface ResearchDay {
  /** Midnight UTC. */
  dayMs: number;
  jobs: number;
  chargedMicros: number;
  costUsdMicros: number;
}

const columns = {
  id: research.jobId,
  userId: research.userId,
  userEmail: user.email,
  question: research.question,
  state: job.state,
  chargedMicros: research.chargedMicros,
  costUsdMicros: research.costUsdMicros,
  createdMs: research.createdMs,
  endedMs: job.endedMs,
};

export function overviewStore({ drizzle, prepare }: Connection) {
  const days = prepare<ResearchDay>(`
    SELECT day_ms AS dayMs, sum(jobs) AS jobs, sum(charged_micros) AS chargedMicros,
      sum(cost_usd_micros) AS costUsdMicros
    FROM research_day WHERE day_ms >= :sinceMs GROUP BY day_ms ORDER BY day_ms`);
  const jobsOf = prepare<{ jobs: number }>(
    'SELECT coalesce(sum(jobs), 0) AS jobs FROM research_day WHERE user_id = :userId',
  );
  return {
    async list({ userId, userEmail, states, limit, offset }: OverviewFilter) {
      const rows: OverviewRow[] = await drizzle
        .select(columns)
        .from(job)
        .innerJoin(research, eq(research.jobId, job.id))
        .innerJoin(user, eq(user.id, job.userId))
        .where(
          and(
            userId === undefined ? undefined : eq(job.userId, userId),
            userEmail === undefined
              ? undefined
              : sql`${job.userId} = (SELECT id FROM user WHERE email = ${userEmail})`,
            states === undefined ? undefined : sql`${job.state} IN ${states}`,
          ),
        )
        // Ids are ordered by the time they were made.
        .orderBy(desc(job.id))
        .limit(limit)
        .offset(offset);
      return rows;
    },
    days: (sinceMs: number) => days.all({ sinceMs }),
    async jobsOf(userId: string): Promise<number> {
      return (await jobsOf.get({ userId }))?.jobs ?? 0;
    },
  };
}
