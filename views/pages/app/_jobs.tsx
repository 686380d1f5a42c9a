import { JobRow, type JobRowProps } from './_job-row';

export function JobsSection({ jobs }: { jobs: JobRowProps[] }) {
  return (
    <section aria-labelledby="jobs">
      <h2 id="jobs">Recent jobs</h2>
      {jobs.length === 0 ? (
        <p>You have asked nothing yet. Your questions and their answers will stand here.</p>
      ) : (
        <div class="scroll">
          <table>
            <thead>
              <tr>
                <th scope="col">Question</th>
                <th scope="col">State</th>
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
        </div>
      )}
    </section>
  );
}
