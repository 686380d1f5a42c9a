import { isWebUrl } from '../../../src/lib/markdown';
import type { Finding, FindingStatus, Source } from '../../../src/research/types';
import { Brief } from '../../components/brief';
import { Flash } from '../../components/flash';
import { FindingArticle } from './_finding';
import type { JobProps } from './props';
import { chargeText, jobPath, STATE_WORDS, VERDICT_WORDS } from './words';

interface AnswerProps {
  job: JobProps;
  /** True when it takes the place of the job's progress, in a page that is open. */
  isSwapped?: boolean;
}

/** What a job has answered: complete when it has ended, and valid before. */
export function Answer({ job, isSwapped = false }: AnswerProps) {
  const { id, question, brief, sources, error } = job;
  const hrefOf = (number: number) =>
    sources.some((source) => source.number === number)
      ? `${jobPath(id)}/sources/${number}`
      : undefined;
  return (
    <section id={`job-${id}`} class="job" hx-swap-oob={isSwapped ? 'true' : undefined}>
      <h2>
        <a href={jobPath(id)} safe>
          {question}
        </a>
      </h2>
      <p class="note" safe>{`${STATE_WORDS[job.state]}, ${chargeText(job)}`}</p>
      {error ? <Flash kind="error" text={error} /> : null}
      {brief ? <Brief markdown={brief} hrefOf={hrefOf} /> : <p>There is no answer.</p>}
      <Findings {...job} />
      <Gaps {...job} />
      <Sources {...job} />
    </section>
  );
}

function Findings({ id, findings, sources }: JobProps) {
  if (findings.length === 0) return <p>Nothing that was read answers the question.</p>;
  const statuses = Object.keys(VERDICT_WORDS) as FindingStatus[];
  return (
    <>
      {statuses.map((status) => (
        <FindingGroup
          jobId={id}
          status={status}
          findings={findings.filter((finding) => finding.status === status)}
          sources={sources}
        />
      ))}
    </>
  );
}

interface FindingGroupProps {
  jobId: string;
  status: FindingStatus;
  findings: Finding[];
  sources: Source[];
}

function FindingGroup({ jobId, status, findings, sources }: FindingGroupProps) {
  if (findings.length === 0) return null;
  return (
    <section>
      <h3 safe>{VERDICT_WORDS[status]}</h3>
      {findings.map((finding) => (
        <FindingArticle jobId={jobId} finding={finding} sources={sources} />
      ))}
    </section>
  );
}

function Gaps({ gaps }: JobProps) {
  if (gaps.length === 0) return null;
  return (
    <section>
      <h3>Still open</h3>
      <ul>
        {gaps.map((gap) => (
          <li safe>
            {`${gap.text} (searched ${gap.searched.length} times, found ${gap.foundCount}, left ${gap.unreadCount} unread)`}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Sources({ id, sources }: JobProps) {
  if (sources.length === 0) return <p>No source was read.</p>;
  return (
    <section>
      <h3>Sources</h3>
      <ol class="sources">
        {sources.map(({ number, title, url, copyOf }) => (
          <li value={number}>
            <a href={`${jobPath(id)}/sources/${number}`} safe>
              {title || url}
            </a>
            {copyOf === null ? null : <span class="note" safe>{` a copy of [${copyOf}]`}</span>}
            {isWebUrl(url) ? (
              <span class="note">
                {' '}
                <a href={url} rel="noopener nofollow" safe>
                  {url}
                </a>
              </span>
            ) : null}
          </li>
        ))}
      </ol>
    </section>
  );
}
