import type { Clock } from '../lib/clock';
import { Fault } from '../lib/fault';

/** One server-sent event; `id` is what a reader resumes by. */
export interface StreamEvent {
  id: number;
  type: string;
  /** JSON. */
  data: string;
}

/** Quieter connections are cut by proxies, and by our own server's idle timeout. */
const BEAT_MS = 15_000;

/** Where a reader wants to go on: after the event it saw last; 0 for the beginning. */
export function lastEventId(headers: Headers): number {
  const raw = headers.get('last-event-id');
  if (raw === null || raw === '') return 0;
  if (!/^\d{1,15}$/.test(raw)) {
    throw new Fault('invalid_request', 'Last-Event-ID must be the id of an event of this stream', {
      field: 'Last-Event-ID',
    });
  }
  return Number(raw);
}

/**
 * Streams `open(signal)` until it ends or the reader leaves, with a comment every 15 s in between.
 * `signal` aborts when the reader leaves.
 */
export function eventStream(
  clock: Clock,
  open: (signal: AbortSignal) => AsyncIterable<StreamEvent>,
): Response {
  const gone = new AbortController();
  const encoder = new TextEncoder();
  let cancelBeat = () => {};
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const beat = () => {
        controller.enqueue(encoder.encode(': beat\n\n'));
        cancelBeat = clock.after(BEAT_MS, beat);
      };
      beat();
      void pump(controller).catch((reason: unknown) => {
        if (!gone.signal.aborted) controller.error(reason);
      });
    },
    cancel() {
      gone.abort();
      cancelBeat();
    },
  });

  async function pump(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    for await (const event of open(gone.signal)) {
      controller.enqueue(
        encoder.encode(`id: ${event.id}\nevent: ${event.type}\ndata: ${event.data}\n\n`),
      );
    }
    cancelBeat();
    if (!gone.signal.aborted) controller.close();
  }

  return new Response(body, {
    headers: {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    },
  });
}
