import { Layout, type PageProps } from '../../layout';
import { Answer } from './_answer';
import { CancelForm } from './_cancel';
import { Progress } from './_progress';
import type { JobProps } from './props';
import { isOver } from './words';

const TITLE_LENGTH = 80;
const REFRESH_SECONDS = 2;

interface JobPageProps extends PageProps {
  job: JobProps;
}

export function JobPage({ nonce, viewer, job }: JobPageProps) {
  return (
    <Layout
      title={job.question.slice(0, TITLE_LENGTH).toWellFormed()}
      nonce={nonce}
      viewer={viewer}
      path="/app/jobs"
      scripts={['/assets/htmx-sse.js']}
    >
      <h1>Research</h1>
      {isOver(job.state) ? (
        <Answer job={job} />
      ) : (
        <>
          <noscript>
            <meta http-equiv="refresh" content={String(REFRESH_SECONDS)} />
            <p>This page loads itself again until the answer is there.</p>
          </noscript>
          <Progress id={job.id} question={job.question} />
          {viewer ? <CancelForm id={job.id} csrfToken={viewer.csrfToken} /> : null}
        </>
      )}
      <p>
        <a href="/app/jobs">To your jobs</a>
      </p>
    </Layout>
  );
}
