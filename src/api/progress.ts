import type { JobEvent } from '../jobs/types';

/** What an event says to somebody who waits; undefined when it says nothing new. */
export function progressText(event: Pick<JobEvent, 'type' | 'data'>): string | undefined {
  const data = JSON.parse(event.data);
  switch (event.type) {
    case 'plan':
      return `plan: ${data.sub_questions.length} question${data.sub_questions.length === 1 ? '' : 's'}`;
    case 'wave':
      return `wave ${data.wave}: ${data.hits} new hits for "${data.queries.join('", "')}"`;
    case 'source':
      return `read [${data.number}] ${data.title}`;
    case 'finding':
      return `${data.status}: ${data.text}`;
    case 'done':
      return `${data.status}`;
    default:
      return undefined;
  }
}
