import type { JobState } from '../../../src/jobs/types';
import { Filter } from '../../components/filter';
import { Pager } from '../../components/pager';
import { Layout, type PageProps } from '../../layout';
import type { JobRowProps } from '../app/_job-row';
import { JobTable } from '../app/_job-table';
import { STATE_WORDS } from '../job/words';

interface JobListProps extends PageProps {
  jobs: JobRowProps[];
  total: number;
  offset: number;
  limit: number;
  /** Null for all. */
  state: JobState | null;
}

const PATH = '/app/jobs';

/** What a user has asked for, research and models alike. */
export function JobListPage({ nonce, viewer, jobs, state, ...place }: JobListProps) {
  const options = Object.entries(STATE_WORDS).map(([value, text]) => ({ value, text }));
  return (
    <Layout title="Jobs" nonce={nonce} viewer={viewer} path={PATH}>
      <h1>Jobs</h1>
      <Filter label="States" path={PATH} name="state" selected={state ?? ''} options={options} />
      {jobs.length > 0 ? <JobTable jobs={jobs} /> : <Empty isAll={state === null} />}
      <Pager path={PATH} query={{ state: state ?? '' }} {...place} />
    </Layout>
  );
}

function Empty({ isAll }: { isAll: boolean }) {
  if (!isAll) return <p>You have no such jobs.</p>;
  return (
    <p>
      You have asked nothing yet: ask <a href="/app">in the dashboard</a>, or{' '}
      <a href="/app/models">a model</a>.
    </p>
  );
}
