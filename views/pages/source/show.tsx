import { isWebUrl } from '../../../src/lib/markdown';
import type { Source } from '../../../src/research/types';
import { Flash } from '../../components/flash';
import { Layout, type PageProps } from '../../layout';
import { jobPath } from '../job/words';
import type { Passage } from './passages';

interface SourcePageProps extends PageProps {
  jobId: string;
  question: string;
  source: Source;
  /** False when the stored text does not have the hash that it was stored under. */
  isIntact: boolean;
  passages: Passage[];
}

/** A source as it was when it was read, with what is quoted from it marked. */
export function SourcePage(props: SourcePageProps) {
  const { nonce, viewer, jobId, question, source, isIntact, passages } = props;
  return (
    <Layout title={source.title || source.url} nonce={nonce} viewer={viewer} path="/app/jobs">
      <p>
        <a href={jobPath(jobId)} safe>
          {question}
        </a>
      </p>
      <h1 safe>{`[${source.number}] ${source.title || source.url}`}</h1>
      {isWebUrl(source.url) ? (
        <p>
          <a href={source.url} rel="noopener nofollow" safe>
            {source.url}
          </a>
        </p>
      ) : null}
      {isIntact ? (
        <p class="note">
          Below is the text as it was read and stored, under its SHA-256{' '}
          <code safe>{source.snapshotHash}</code>. What is quoted is marked.
        </p>
      ) : (
        <Flash
          kind="error"
          text="The stored text is not what was read: it does not have the hash it was stored under."
        />
      )}
      <div class="source-text">
        {passages.map((passage) => (
          <PassageText passage={passage} />
        ))}
      </div>
    </Layout>
  );
}

function PassageText({ passage }: { passage: Passage }) {
  if (passage.kind === 'plain') return <span safe>{passage.text}</span>;
  if (passage.kind === 'omitted')
    return <span class="note" safe>{`\n\n… ${passage.length} characters are left out …\n\n`}</span>;
  const [id, ...others] = passage.ids;
  return (
    <mark id={id}>
      {others.map((other) => (
        <span id={other} />
      ))}
      <span safe>{passage.text}</span>
    </mark>
  );
}
