import type { Connection } from '../../db/client';
import { assert } from '../../lib/assert';
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
export function startTagFinder(
  connection: Connection,
): (flow: Pick<Job, 'kind' | 'priority' | 'userId'>) => Promise<number> {
  // A statement of its own: inside the INSERT it would be read through a temporary table.
  const find = connection.prepare<{ startTag: number }>(`
    SELECT max(
      coalesce((SELECT virtual_time FROM job_lane
        WHERE kind = :kind AND priority = :priority), 0),
      coalesce((SELECT finish_tag FROM job
        WHERE kind = :kind AND priority = :priority AND user_id = :userId
        ORDER BY finish_tag DESC LIMIT 1), 0)) AS startTag`);
  return async ({ kind, priority, userId }) => {
    const found = await find.get({ kind, priority, userId });
    assert(found, 'a SELECT without FROM answers one row');
    return found.startTag;
  };
}
