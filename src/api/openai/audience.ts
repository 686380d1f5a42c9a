import type { Log } from '../../lib/log';

/** One who reads the answer of a job. */
export interface Reader {
  /** Aborts when the reader has left, or the server stops. */
  signal: AbortSignal;
  /** They went away before the end. */
  leave(): void;
  /** They have it all. */
  finish(): void;
}

/**
 * Who reads which job in this process. A chat has nobody but its readers: when the last one leaves,
 * it is canceled. There is more than one when a request is sent again under its Idempotency-Key.
 */
export class Audience {
  #log: Log;
  #readers = new Map<string, Set<Reader>>();
  #cancellations = new Set<Promise<unknown>>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** `connection` aborts when the client goes away. */
  attend(jobId: string, connection: AbortSignal, cancel: () => Promise<unknown>): Reader {
    const left = new AbortController();
    const readers = this.#readers.get(jobId) ?? new Set();
    this.#readers.set(jobId, readers);
    const finish = () => {
      connection.removeEventListener('abort', leave);
      const wasReading = readers.delete(reader);
      if (readers.size === 0) this.#readers.delete(jobId);
      return wasReading;
    };
    const leave = () => {
      if (!finish()) return;
      if (readers.size === 0) this.#cancel(jobId, cancel);
      left.abort();
    };
    const reader: Reader = { signal: left.signal, leave, finish };
    readers.add(reader);
    connection.addEventListener('abort', leave);
    if (connection.aborted) leave();
    return reader;
  }

  /** Before the server stops: no job goes on for a reader who cannot come back to it. */
  async closeAll(): Promise<void> {
    const all = [...this.#readers.values()].flatMap((readers) => [...readers]);
    for (const reader of all) reader.leave();
    await Promise.all(this.#cancellations);
  }

  #cancel(jobId: string, cancel: () => Promise<unknown>): void {
    const cancellation = cancel()
      .catch((error: unknown) => this.#log.error('openai.cancel_failed', { jobId, error }))
      .finally(() => this.#cancellations.delete(cancellation));
    this.#cancellations.add(cancellation);
  }
}
