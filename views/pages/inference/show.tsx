import { Layout, type PageProps } from '../../layout';
import { isOver } from '../job/words';
import { InferenceSection } from './_inference';
import type { InferenceProps } from './props';

const REFRESH_SECONDS = 3;

/** One call of a model: what it was asked, what it says, and what that costs. */
export function InferencePage({ nonce, viewer, job }: PageProps & { job: InferenceProps }) {
  return (
    <Layout
      title={`${job.view.model}: ${job.view.state}`}
      nonce={nonce}
      viewer={viewer}
      path="/app/jobs"
      scripts={['/assets/htmx-sse.js']}
    >
      <h1>Model</h1>
      {isOver(job.view.state) ? null : (
        <noscript>
          <meta http-equiv="refresh" content={String(REFRESH_SECONDS)} />
          <p>This page loads itself again until the answer is there.</p>
        </noscript>
      )}
      <InferenceSection job={job} />
      <p>
        <a href="/app/jobs">To your jobs</a>
      </p>
    </Layout>
  );
}
