import type { JobRowProps } from '../../../views/pages/app/_job-row';
import { JobListPage } from '../../../views/pages/jobs/list';
import { wholeNumberOf } from '../../http/validate';
import type { JobState } from '../../jobs/types';
import { Fault } from '../../lib/fault';
import type { UserJobRow } from '../../research/user-jobs';
import { page } from '../page';
import type { Viewer } from '../session';
import type { AppPagesDeps } from './deps';

const LIMIT = 50;
const OFFSET = { default: 0, min: 0, max: 1_000_000 };
const STATES: readonly string[] = [
  'queued',
  'running',
  'done',
  'failed',
  'canceled',
] satisfies JobState[];

/** All that a user has asked for, page by page. */
export async function jobList(
  { userJobs }: Pick<AppPagesDeps, 'userJobs'>,
  viewer: Viewer,
  query: Record<string, string | undefined>,
): Promise<Response> {
  const offset = wholeNumberOf(query, 'offset', OFFSET);
  const state = stateOf(query.state);
  const scope = { userId: viewer.userId, keyId: null, states: state && [state] };
  const { jobs, total } = await userJobs.list(scope, { limit: LIMIT, offset });
  const shown = { viewer, jobs: jobs.map(jobRowOf), total, offset, limit: LIMIT, state };
  return page((nonce) => JobListPage({ nonce, ...shown }));
}

export function jobRowOf(row: UserJobRow): JobRowProps {
  const { id, state, chargedMicros, createdMs } = row;
  const shared = { id, state, chargedMicros, createdMs };
  if (row.kind === 'research') {
    return { ...shared, title: row.question, kind: `research, ${row.mode}`, tokens: null };
  }
  // While it is under way nothing is billed, and its tokens are not counted here.
  const tokens = row.promptTokens + row.completionTokens;
  return { ...shared, title: row.model, kind: 'model', tokens: tokens === 0 ? null : tokens };
}

function stateOf(raw: string | undefined): JobState | null {
  if (raw === undefined || raw === '') return null;
  if (STATES.includes(raw)) return raw as JobState;
  throw new Fault('invalid_request', `state is one of ${STATES.join(', ')}`, { field: 'state' });
}
