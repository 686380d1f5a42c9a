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

/** The open streams of a server, which has to end them before it can stop. */
export class EventStreams {
  #clock: Clock;
  #open = new Set<() => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Streams `events(signal)` until they end or the reader leaves, with a comment every 15 s in
   * between. `signal` aborts when the reader leaves or the streams are closed.
   */
  open(events: (signal: AbortSignal) => AsyncIterable<StreamEvent>): Response {
    const over = new AbortController();
    const encoder = new TextEncoder();
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        const write = (text: string) => {
          if (!over.signal.aborted) controller.enqueue(encoder.encode(text));
        };
        let cancelBeat = () => {};
        const beat = () => {
          write(': beat\n\n');
          cancelBeat = this.#clock.after(BEAT_MS, beat);
        };
        const end = () => over.abort();
        this.#open.add(end);
        over.signal.addEventListener('abort', () => {
          this.#open.delete(end);
          cancelBeat();
          close(controller);
        });
        beat();
        void pump(events(over.signal), write).then(end, (reason: unknown) => {
          controller.error(reason);
          end();
        });
      },
      cancel: () => over.abort(),
    });
    return new Response(body, { headers: HEADERS });
  }

  /** Ends every stream where it stands: a reader comes back with the id of its last event. */
  closeAll(): void {
    for (const end of this.#open) end();
  }
}

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
};

async function pump(
  events: AsyncIterable<StreamEvent>,
  write: (text: string) => void,
): Promise<void> {
  for await (const { id, type, data } of events) {
    write(`id: ${id}\nevent: ${type}\ndata: ${data}\n\n`);
  }
}

/** A stream that its reader has left, or that has failed, is closed already. */
function close(controller: ReadableStreamDefaultController<Uint8Array>): void {
  try {
    controller.close();
  } catch {
    // Closed already: nothing is left to do.
  }
}
