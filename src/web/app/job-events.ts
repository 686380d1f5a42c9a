import { Answer } from '../../../views/pages/job/_answer';
import { ProgressLine } from '../../../views/pages/job/_progress';
import type { JobProps } from '../../../views/pages/job/props';
import { isOver } from '../../../views/pages/job/words';
import { lastEventId, type StreamEvent } from '../../http/sse';
import type { ResearchView } from '../../research/service';
import type { ProgressEvent } from '../../research/types';
import type { AppPagesDeps } from './deps';

/** Follows a job in HTML: a line for what happens, and at its end the answer, which takes the place
 * of the lines and thereby ends the stream. Throws Fault `not_found`. */
export async function followAsHtml(
  deps: Pick<AppPagesDeps, 'research' | 'queue' | 'streams'>,
  userId: string,
  id: string,
  headers: Headers,
): Promise<Response> {
  const { research, queue, streams } = deps;
  await research.get(id, userId);
  const after = lastEventId(headers);
  return streams.open(async function* (signal): AsyncGenerator<StreamEvent> {
    let seq = after;
    for await (const event of queue.follow(id, after, signal)) {
      seq = event.seq;
      const text = lineOf(event);
      if (text !== null) yield htmlEvent(seq, await ProgressLine({ text }));
    }
    const view = await research.get(id, userId);
    // A server that stops ends its streams before the jobs: the reader comes back.
    if (!isOver(view.job.state)) return;
    yield htmlEvent(seq, await Answer({ job: propsOf(view), isSwapped: true }));
  });
}

export function propsOf({ job, row, state }: ResearchView): JobProps {
  return {
    id: job.id,
    question: row.question,
    mode: row.mode,
    state: job.state,
    brief: state.brief,
    findings: state.findings,
    sources: state.sources,
    gaps: state.gaps,
    chargedMicros: row.chargedMicros,
    heldMicros: row.heldMicros,
    error: job.error,
  };
}

/** Without a type it is put into the page; each of its lines is one of the event's. */
export function htmlEvent(id: number, html: string): StreamEvent {
  return { id, type: '', data: html.split(/\r\n|\r|\n/).join('\ndata: ') };
}

/** What an event says to who waits; null when it says nothing new. */
function lineOf(stored: { type: string; data: string }): string | null {
  if (stored.type === 'accepted') return 'Accepted: waiting for its turn.';
  const event = { type: stored.type, data: JSON.parse(stored.data) } as ProgressEvent;
  switch (event.type) {
    case 'plan':
      return `Asking: ${event.data.sub_questions.join(' · ')}`;
    case 'wave':
      return `Round ${event.data.wave}: found ${event.data.hits} for “${event.data.queries.join('”, “')}”`;
    case 'source':
      return `Read [${event.data.number}] ${event.data.title}`;
    case 'finding':
      return `${event.data.status}: ${event.data.text}`;
    default:
      return null;
  }
}
