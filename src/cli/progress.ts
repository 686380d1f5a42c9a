import type { Queue } from '../jobs/queue';
import type { JobEvent } from '../jobs/types';
import { printableText, shortened } from './output';

const LINE_LENGTH = 100;

/**
 * Shows what a job does on standard error: one line that is written over in a terminal, a line an
 * event elsewhere. The returned function waits for the last event and takes the line away.
 */
export function showProgress(queue: Queue, jobId: string): () => Promise<void> {
  const isTerminal = process.stderr.isTTY === true;
  const watching = (async () => {
    for await (const event of queue.follow(jobId, 0, new AbortController().signal)) {
      const text = progressText(event);
      if (text === undefined) continue;
      const shown = shortened(printableText(text), LINE_LENGTH);
      process.stderr.write(isTerminal ? `\r\u001b[2K${shown}` : `${shown}\n`);
    }
  })();
  return async () => {
    await watching;
    if (isTerminal) process.stderr.write('\r\u001b[2K');
  };
}

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
