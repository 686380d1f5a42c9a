import { jobPath } from './words';

interface ProgressProps {
  id: string;
  question: string;
}

/** A job under way: its lines come as they happen, and its answer takes the place of it all. */
export function Progress({ id, question }: ProgressProps) {
  return (
    <section id={`job-${id}`} class="job" aria-live="polite">
      <h2>
        <a href={jobPath(id)} safe>
          {question}
        </a>
      </h2>
      <ol class="progress" hx-sse:connect={`${jobPath(id)}/events`} hx-swap="beforeend" />
    </section>
  );
}

/** One line of it. */
export function ProgressLine({ text }: { text: string }) {
  return <li safe>{text}</li>;
}
