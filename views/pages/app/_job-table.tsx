import { JobRow, type JobRowProps } from './_job-row';

export function JobTable({ jobs }: { jobs: JobRowProps[] }) {
  return (
    <section class="scroll" aria-label="Jobs" tabindex="0">
      <table>
        <thead>
          <tr>
            <th scope="col">Job</th>
            <th scope="col">Kind</th>
            <th scope="col">State</th>
            <th scope="col">Tokens</th>
            <th scope="col">Charge</th>
            <th scope="col">Asked (UTC)</th>
          </tr>
        </thead>
        <tbody>
          {jobs.map((job) => (
            <JobRow {...job} />
          ))}
        </tbody>
      </table>
    </section>
  );
}
