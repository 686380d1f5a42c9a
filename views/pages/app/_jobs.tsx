import type { JobRowProps } from './_job-row';
import { JobTable } from './_job-table';

export function JobsSection({ jobs }: { jobs: JobRowProps[] }) {
  return (
    <section aria-labelledby="jobs">
      <h2 id="jobs">Recent jobs</h2>
      {jobs.length === 0 ? (
        <p>You have asked nothing yet. Your questions and their answers will stand here.</p>
      ) : (
        <>
          <JobTable jobs={jobs} />
          <p>
            <a href="/app/jobs">All jobs</a>
          </p>
        </>
      )}
    </section>
  );
}
