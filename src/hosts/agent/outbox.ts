import type { Piece } from '../types';

/** Of one request: what a server takes at once, however far a host has run ahead. */
const MAX_BATCH_PIECES = 1_000;
const MAX_BATCH_LENGTH = 65_536;

/** The pieces of a job that the server has not committed yet. */
export class Outbox {
  #pieces: Piece[] = [];
  #nextSeq: number;
  #isClosed = false;
  #wake = () => {};

  constructor(nextSeq: number) {
    this.#nextSeq = nextSeq;
  }

  add(delta: string): void {
    this.#pieces.push({ seq: this.#nextSeq, delta });
    this.#nextSeq += 1;
    this.#wake();
  }

  /** All up to this one are committed. */
  drop(ackSeq: number): void {
    let count = 0;
    while (count < this.#pieces.length && (this.#pieces[count]?.seq ?? 0) <= ackSeq) count += 1;
    if (count > 0) this.#pieces.splice(0, count);
  }

  /** The oldest, as many as fit one request. */
  batch(): Piece[] {
    let length = 0;
    let count = 0;
    for (const { delta } of this.#pieces) {
      length += delta.length;
      if (count > 0 && length > MAX_BATCH_LENGTH) break;
      count += 1;
      if (count === MAX_BATCH_PIECES) break;
    }
    return this.#pieces.slice(0, count);
  }

  get size(): number {
    return this.#pieces.length;
  }

  /** Nothing more will be added. */
  close(): void {
    this.#isClosed = true;
    this.#wake();
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Until there is something, or nothing more will come. */
  async more(): Promise<void> {
    if (this.#pieces.length > 0 || this.#isClosed) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }
}
