import type { Connection } from '../db/client';
import type { Earning, HostEarnings } from './types';

/** The settle of `:jobId`. What ends a hold is found by the hold: its own id has no index. */
export const SETTLE = `kind = 'settle' AND ends =
  (SELECT held.seq FROM transfer AS held WHERE held.id = 'hold/' || :jobId AND held.ends IS NULL)`;

type StoredEarnings = HostEarnings & { hostId: string };

export function earningStatements({ prepare }: Connection) {
  // The settle has paid its own host, and pays the others of what it left to revenue.
  const earn = prepare(`
    INSERT INTO transfer
      (id, kind, user_id, system_kind, system_micros, host_id, host_micros, created_ms)
    SELECT 'earn/' || :jobId || '/' || :hostId, 'earn', user_id,
      'revenue', -:amountMicros, :hostId, :amountMicros, :nowMs
    FROM transfer
    WHERE ${SETTLE} AND system_micros >= :amountMicros AND host_id IS NOT :hostId
    ON CONFLICT DO NOTHING`);
  const COLUMNS = 'host_id AS hostId, earned_micros AS earnedMicros, settled_jobs AS settledJobs';
  const all = prepare<StoredEarnings>(`SELECT ${COLUMNS} FROM host_account`);
  const some = prepare<StoredEarnings>(`
    SELECT ${COLUMNS} FROM host_account
    WHERE host_id IN (SELECT value FROM json_each(:hostIds))`);
  return {
    /** False when the job is not settled, left less to revenue, or has paid this host. */
    async earn(jobId: string, earning: Earning, nowMs: number): Promise<boolean> {
      return (await earn.run({ jobId, ...earning, nowMs })) === 1;
    },
    /** Of all hosts, or of these. A host that never earned anything is left out. */
    earnings: (hostIds?: readonly string[]) =>
      hostIds ? some.all({ hostIds: JSON.stringify(hostIds) }) : all.all(),
  };
}
