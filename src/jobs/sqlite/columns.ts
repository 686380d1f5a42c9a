import { getTableColumns } from 'drizzle-orm';
import { job } from '../../db/schema/jobs';

/** The columns of a Job; the rest is bookkeeping of the fair queue. */
const { cost: _, startTag: __, ...columns } = getTableColumns(job);

export const jobColumns = columns;

/** For hand-written statements: `user_id AS userId, …`. */
export const JOB_COLUMNS = Object.entries(columns)
  .map(([name, column]) => `${column.name} AS ${name}`)
  .join(', ');
