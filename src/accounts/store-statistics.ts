import type { Connection } from '../db/client';

const DAY_MS = 86_400_000;

/** What an admin asks about all users at once. */
export function accountStatisticsStore({ prepare }: Connection) {
  const counts = prepare<{ users: number; suspended: number }>(`
    SELECT (SELECT count(*) FROM user) AS users,
      (SELECT count(*) FROM user WHERE suspended_ms IS NOT NULL) AS suspended`);
  const signups = prepare<{ dayMs: number; count: number }>(`
    SELECT created_ms / ${DAY_MS} * ${DAY_MS} AS dayMs, count(*) AS count
    FROM user WHERE created_ms >= :sinceMs GROUP BY dayMs ORDER BY dayMs`);
  return {
    async counts(): Promise<{ users: number; suspended: number }> {
      return (await counts.get()) ?? { users: 0, suspended: 0 };
    },
    async signupsByDay(sinceMs: number): Promise<{ dayMs: number; count: number }[]> {
      return signups.all({ sinceMs });
    },
  };
}
