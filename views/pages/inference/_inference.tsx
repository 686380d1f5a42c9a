import { Flash } from '../../components/flash';
import { CancelForm } from '../job/_cancel';
import { isOver, jobPath } from '../job/words';
import { InferenceFacts } from './_facts';
import { InferenceStatus } from './_status';
import type { InferenceProps } from './props';

interface InferenceSectionProps {
  job: InferenceProps;
  /** True when it takes the place of the answer that came bit by bit, in a page that is open. */
  isSwapped?: boolean;
}

export function InferenceSection({ job, isSwapped = false }: InferenceSectionProps) {
  const { view, prompt, isPromptCut, toolCalls, csrfToken } = job;
  return (
    <section id={`job-${view.id}`} class="job" hx-swap-oob={isSwapped ? 'true' : undefined}>
      <h2 safe>{view.model}</h2>
      <InferenceStatus view={view} />
      {view.error ? <Flash kind="error" text={view.error} /> : null}
      {isOver(view.state) ? null : <CancelForm id={view.id} csrfToken={csrfToken} />}
      <h3>Prompt</h3>
      <div class="source-text" safe>
        {prompt}
      </div>
      {isPromptCut ? <p class="note">Only its beginning is shown.</p> : null}
      <h3>Answer</h3>
      <AnswerText job={job} />
      {toolCalls === null ? null : (
        <>
          <h3>Tool calls</h3>
          <div class="source-text" safe>
            {toolCalls}
          </div>
        </>
      )}
      <InferenceFacts view={view} hostName={job.hostName} />
    </section>
  );
}

/** Plain: what a model writes is never taken for anything else. */
function AnswerText({ job: { view, text } }: { job: InferenceProps }) {
  if (isOver(view.state)) {
    if (text === '') return <p>There is no text.</p>;
    return (
      <div class="source-text answer-text" safe>
        {text}
      </div>
    );
  }
  return (
    <>
      <div
        class="source-text answer-text"
        aria-live="polite"
        hx-sse:connect={`${jobPath(view.id)}/events`}
        hx-swap="beforeend"
      />
      <noscript>
        <div class="source-text answer-text" safe>
          {text}
        </div>
      </noscript>
    </>
  );
}

/** What came since the last piece. */
export function AnswerPiece({ text }: { text: string }) {
  return <span safe>{text}</span>;
}
