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
/** Of one stream, for a reader that is slower than its source. */
const BUFFERED_BYTES = 262_144;

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
    return this.openText((signal) => framed(events(signal)));
  }

  /**
   * As `open`, of texts that are frames already, one or many: each text is one write. The next one
   * is asked for when the reader has taken enough of those before.
   */
  openText(texts: (signal: AbortSignal) => AsyncIterable<string>): Response {
    const over = new AbortController();
    const encoder = new TextEncoder();
    let resume = () => {};
    const body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          const isOver = () => over.signal.aborted;
          const write = (text: string) => {
            if (!isOver()) controller.enqueue(encoder.encode(text));
          };
          const hasRoom = () => isOver() || (controller.desiredSize ?? 0) > 0;
          const room = () => new Promise<void>((resolve) => (resume = resolve));
          let cancelBeat = () => {};
          const beat = () => {
            // A reader that takes nothing is sent no more of them either.
            if (hasRoom()) write(': beat\n\n');
            cancelBeat = this.#clock.after(BEAT_MS, beat);
          };
          const end = () => over.abort();
          this.#open.add(end);
          over.signal.addEventListener('abort', () => {
            this.#open.delete(end);
            cancelBeat();
            resume();
            close(controller);
          });
          beat();
          void pump(texts(over.signal), { write, isOver, hasRoom, room }).then(
            end,
            (reason: unknown) => {
              controller.error(reason);
              end();
            },
          );
        },
        pull: () => resume(),
        cancel: () => over.abort(),
      },
      new ByteLengthQueuingStrategy({ highWaterMark: BUFFERED_BYTES }),
    );
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

async function* framed(events: AsyncIterable<StreamEvent>): AsyncGenerator<string> {
  for await (const { id, type, data } of events) {
    yield `id: ${id}\nevent: ${type}\ndata: ${data}\n\n`;
  }
}

interface Sink {
  write(text: string): void;
  isOver(): boolean;
  hasRoom(): boolean;
  /** Resolves when there is some again, or nobody reads any more. */
  room(): Promise<void>;
}

async function pump(texts: AsyncIterable<string>, sink: Sink): Promise<void> {
  for await (const text of texts) {
    sink.write(text);
    if (!sink.hasRoom()) await sink.room();
    if (sink.isOver()) return;
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
