import { assert } from '../lib/assert';
import type { Clock } from '../lib/clock';
import { Fault, type FaultCode } from '../lib/fault';
import type { Log } from '../lib/log';

/** Named pure functions that a Worker can run: plain, serialisable input and output. */
export type TaskTable = Record<string, (input: never) => Promise<unknown>>;

export interface ComputePool<Tasks extends TaskTable> {
  /** Throws what the task throws (a Fault stays one), or Fault `unavailable` when it takes too
   * long: the Worker is then replaced, because nothing else stops a runaway parser. */
  run<Name extends keyof Tasks & string>(
    name: Name,
    input: Parameters<Tasks[Name]>[0],
  ): Promise<Awaited<ReturnType<Tasks[Name]>>>;
  close(): void;
}

export interface PoolOptions {
  size: number;
  /** A task that runs longer is stopped with its Worker. */
  taskTimeoutMs: number;
  /** A Worker that has had nothing to do for so long is stopped, to give its memory back. */
  idleMs: number;
}

/** What a Worker is sent and what it answers. */
export interface TaskMessage {
  name: string;
  input: unknown;
}
export type TaskReply =
  | { ok: true; value: unknown }
  | { ok: false; message: string; code?: FaultCode; field?: string | undefined };

interface Waiting {
  message: TaskMessage;
  resolve(value: unknown): void;
  reject(reason: unknown): void;
}

interface Slot {
  worker: Worker;
  current: Waiting | undefined;
  cancelTimer: () => void;
}

/** Starts Workers when there is work, runs one task at a time in each, first come first served. */
export function createPool<Tasks extends TaskTable>(
  deps: { spawn: () => Worker; clock: Clock; log: Log },
  options: PoolOptions,
): ComputePool<Tasks> {
  const pool = new Pool(deps, options);
  return {
    run: (name, input) => pool.run({ name, input }) as never,
    close: () => pool.close(),
  };
}

class Pool {
  #deps: { spawn: () => Worker; clock: Clock; log: Log };
  #options: PoolOptions;
  #waiting: Waiting[] = [];
  #slots = new Set<Slot>();
  #closed = false;

  constructor(deps: { spawn: () => Worker; clock: Clock; log: Log }, options: PoolOptions) {
    this.#deps = deps;
    this.#options = options;
  }

  run(message: TaskMessage): Promise<unknown> {
    assert(!this.#closed, 'no task after close');
    return new Promise((resolve, reject) => {
      this.#waiting.push({ message, resolve, reject });
      this.#dispatch();
    });
  }

  close(): void {
    this.#closed = true;
    const reason = new Fault('unavailable', 'sonde is shutting down: try again after its restart');
    for (const waiting of this.#waiting.splice(0)) waiting.reject(reason);
    for (const slot of [...this.#slots]) this.#end(slot, reason);
  }

  #dispatch(): void {
    while (this.#waiting.length > 0) {
      const slot = this.#idleSlot();
      if (!slot) return;
      const waiting = this.#waiting.shift();
      assert(waiting, 'a task waits');
      this.#start(slot, waiting);
    }
  }

  #idleSlot(): Slot | undefined {
    for (const slot of this.#slots) if (!slot.current) return slot;
    return this.#slots.size < this.#options.size ? this.#spawn() : undefined;
  }

  #spawn(): Slot {
    const slot: Slot = { worker: this.#deps.spawn(), current: undefined, cancelTimer: () => {} };
    slot.worker.addEventListener('message', (event) => this.#finish(slot, event.data as TaskReply));
    slot.worker.addEventListener('error', (event) => {
      this.#deps.log.error('compute.worker_failed', { message: event.message });
      this.#end(slot, new Error(`worker failed: ${event.message}`));
      this.#dispatch();
    });
    this.#slots.add(slot);
    return slot;
  }

  #start(slot: Slot, waiting: Waiting): void {
    slot.cancelTimer();
    slot.current = waiting;
    slot.cancelTimer = this.#deps.clock.after(this.#options.taskTimeoutMs, () => {
      this.#deps.log.warn('compute.task_timed_out', { task: waiting.message.name });
      this.#end(
        slot,
        new Fault('unavailable', `${waiting.message.name} took too long and was stopped`),
      );
      this.#dispatch();
    });
    slot.worker.postMessage(waiting.message);
  }

  #finish(slot: Slot, reply: TaskReply): void {
    const waiting = slot.current;
    // A reply that arrives after its task was stopped has nobody to hear it.
    if (!waiting) return;
    slot.current = undefined;
    slot.cancelTimer();
    if (reply.ok) waiting.resolve(reply.value);
    else waiting.reject(errorOf(reply));
    slot.cancelTimer = this.#deps.clock.after(this.#options.idleMs, () =>
      this.#end(slot, undefined),
    );
    this.#dispatch();
  }

  #end(slot: Slot, reason: unknown): void {
    if (!this.#slots.delete(slot)) return;
    slot.cancelTimer();
    slot.worker.terminate();
    slot.current?.reject(reason);
    slot.current = undefined;
  }
}

function errorOf(reply: Extract<TaskReply, { ok: false }>): Error {
  if (!reply.code) return new Error(reply.message);
  return new Fault(reply.code, reply.message, reply.field ? { field: reply.field } : {});
}
