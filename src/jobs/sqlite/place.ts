import type { Connection } from '../../db/client';
import type { Job } from '../types';

/**
 * Start-time fair queueing (Goyal, Vin and Cheng, 1996): a job's start tag is the later of the
 * lane's virtual time and the finish tag of the user's previous job, and its finish tag is that
 * plus its cost. The lowest start tag starts first, and its tag becomes the virtual time.
 *
 * Each kind and priority is a lane of its own. A higher priority only makes a lower lane's server
 * slower at times, and the algorithm is fair over a server of any changing speed. In one lane for
 * all, an urgent job with a late tag would push the virtual time past everybody who waits.
 */
export function placing(connection: Connection) {
  const virtualTime = connection.prepare<{ tag: number }>(`
    SELECT virtual_time AS tag FROM job_lane WHERE kind = :kind AND priority = :priority`);
  const finishTag = connection.prepare<{ tag: number }>(`
    SELECT finish_tag AS tag FROM job_flow
    WHERE kind = :kind AND priority = :priority AND user_id = :userId`);
  const reach = connection.prepare<never>(`
    INSERT INTO job_lane (kind, priority, virtual_time) VALUES (:kind, :priority, :startTag)
    ON CONFLICT DO UPDATE SET virtual_time = max(virtual_time, excluded.virtual_time)`);
  const advance = connection.prepare<never>(`
    INSERT INTO job_flow (kind, priority, user_id, finish_tag)
    VALUES (:kind, :priority, :userId, :finishTag)
    ON CONFLICT DO UPDATE SET finish_tag = excluded.finish_tag`);
  return {
    /** Gives the user's next job its place: answers its start tag. */
    async enter({ kind, priority, userId }: Flow, cost: number): Promise<number> {
      const now = await virtualTime.get({ kind, priority });
      const previous = await finishTag.get({ kind, priority, userId });
      const startTag = Math.max(now?.tag ?? 0, previous?.tag ?? 0);
      await advance.run({ kind, priority, userId, finishTag: startTag + cost });
      return startTag;
    },
    /** A job with this tag was started: the lane's time is at least that. */
    async start({ kind, priority }: Omit<Flow, 'userId'>, startTag: number): Promise<void> {
      await reach.run({ kind, priority, startTag });
    },
  };
}

type Flow = Pick<Job, 'kind' | 'priority' | 'userId'>;
