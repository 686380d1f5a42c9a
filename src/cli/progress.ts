import { progressText } from '../api/progress';
import type { Queue } from '../jobs/queue';
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
