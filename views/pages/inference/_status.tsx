import type { InferenceView } from '../../../src/hosts/types';
import { chargeText, isOver, jobPath, STATE_WORDS } from '../job/words';

const MS_PER_SECOND = 1_000;

/** Where the job is, and why it waits; it asks for itself again until the job is over. */
export function InferenceStatus({ view }: { view: InferenceView }) {
  const id = `status-${view.id}`;
  if (isOver(view.state)) {
    return (
      <p id={id} class="note" safe>
        {statusText(view)}
      </p>
    );
  }
  return (
    <p
      id={id}
      class="note"
      hx-get={`${jobPath(view.id)}/status`}
      hx-trigger="every 2s"
      hx-swap="outerHTML"
      safe
    >
      {statusText(view)}
    </p>
  );
}

function statusText(view: InferenceView): string {
  const { state, waiting } = view;
  const parts = [STATE_WORDS[state], chargeText(view)];
  if (waiting) {
    parts.push(`number ${waiting.position} in the queue`);
    if (waiting.etaMs !== null) {
      parts.push(`about ${Math.ceil(waiting.etaMs / MS_PER_SECOND)} s`);
    }
    parts.push(waiting.reason);
  }
  return parts.join(', ');
}
