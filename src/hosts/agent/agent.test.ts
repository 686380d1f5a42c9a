import { describe, expect, test } from 'bun:test';
import { ManualClock } from '../../../tests/support/clock';
import { silentLog } from '../../../tests/support/log';
import { until } from '../../../tests/support/until';
import { Fault } from '../../lib/fault';
import { BackendFault } from '../backends/fault';
import { assignment } from '../backends/fixtures';
import type { Backend, Generated } from '../backends/types';
import type { Ack, Assignment, Completion, Failure, HostPort, Lease, Piece } from '../types';
import { type AgentEvent, runAgent } from './agent';

const chance = {
  id: () => 'id',
  bytes: (length: number) => new Uint8Array(length),
  fraction: () => 0,
};
const away = () => new Fault('unavailable', 'no server answers');
const over = () => new Fault('conflict', 'the lease is over');

/** A backend that says what the test tells it to. */
class ScriptedBackend implements Backend {
  kind = 'vllm' as const;
  features = [];
  asked: Assignment[] = [];
  signals: AbortSignal[] = [];
  #say: (part: Generated | Error) => void = () => {};
  #queue: (Generated | Error)[] = [];

  isAway = false;
  models = async () => {
    if (this.isAway) throw new BackendFault('It is away.', { retryable: true });
    return [{ name: 'a-model', maxTokens: 100 }];
  };
  embed = async () => ({ embeddings: [[0.5]], usage: { promptTokens: 1, completionTokens: 0 } });

  say(...parts: (Generated | Error)[]): void {
    this.#queue.push(...parts);
    this.#say(parts[0]!);
  }

  async *generate(job: Assignment, signal: AbortSignal): AsyncGenerator<Generated> {
    this.asked.push(job);
    this.signals.push(signal);
    for (;;) {
      const part = this.#queue.shift();
      if (part instanceof Error) throw part;
      if (part) {
        yield part;
        if ('finish' in part) return;
        continue;
      }
      await new Promise<void>((resolve, reject) => {
        this.#say = () => resolve();
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
        if (signal.aborted) reject(signal.reason);
      });
    }
  }
}

/** A server that keeps what it is sent, and fails when it is told to. */
class ScriptedServer implements HostPort {
  polls: { max: number; answer: (jobs: Assignment[]) => void; fail: (reason: unknown) => void }[] =
    [];
  renewals: { answer: (ack: Ack) => void; signal: AbortSignal }[] = [];
  batches: Piece[][] = [];
  accepted: string[] = [];
  completions: Completion[] = [];
  failures: Failure[] = [];
  heartbeats: unknown[] = [];
  drained = 0;
  /** What the next calls about jobs do instead of answering. */
  faults: (Fault | 'lose the answer')[] = [];
  held: Promise<void> | null = null;

  nextJobs({ max }: { max: number }, signal: AbortSignal): Promise<Assignment[]> {
    return new Promise((resolve, reject) => {
      this.polls.push({ max, answer: resolve, fail: reject });
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
  }

  async #call<T>(effect: () => T): Promise<T> {
    await this.held;
    const fault = this.faults.shift();
    if (fault instanceof Fault) throw fault;
    const answer = effect();
    if (fault) throw away();
    return answer;
  }

  #take(pieces: Piece[]): void {
    for (const { seq, delta } of pieces) {
      if (seq > this.accepted.length + 1) throw new Fault('unprocessable', 'a piece is missing');
      this.accepted[seq - 1] ??= delta;
    }
  }

  sendPieces(_: Lease, pieces: Piece[]): Promise<Ack> {
    return this.#call(() => {
      this.batches.push(pieces);
      this.#take(pieces);
      return { ackSeq: this.accepted.length, cancel: false };
    });
  }

  complete(completion: Completion): Promise<void> {
    return this.#call(() => {
      this.#take(completion.pieces ?? []);
      this.completions.push(completion);
    });
  }

  fail(failure: Failure): Promise<void> {
    return this.#call(() => {
      this.failures.push(failure);
    });
  }

  renew(_: Lease, __: number, signal: AbortSignal): Promise<Ack> {
    return new Promise((resolve, reject) => {
      this.renewals.push({ answer: resolve, signal });
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
  }

  async heartbeat(sign: unknown): Promise<void> {
    this.heartbeats.push(sign);
  }

  async drain(): Promise<void> {
    this.drained += 1;
  }
}

function open({ slots = 2 } = {}) {
  const clock = new ManualClock();
  const port = new ScriptedServer();
  const backend = new ScriptedBackend();
  const events: AgentEvent[] = [];
  const agent = runAgent({
    port,
    backend,
    clock,
    chance,
    log: silentLog,
    slots,
    listModels: backend.models,
    onEvent: (event) => events.push(event),
  });
  const settle = () => Bun.sleep(1);
  /** Moves time on in steps, so that what one step leads to is there for the next. */
  async function advance(ms: number, stepMs = 100): Promise<void> {
    for (let left = ms; left > 0; left -= stepMs) {
      clock.advance(Math.min(stepMs, left));
      await settle();
    }
  }
  const ended = () => events.flatMap((event) => (event.type === 'job_ended' ? [event.end] : []));
  const give = async (...jobs: Assignment[]) => {
    await until('the host asks', () => port.polls.length > 0);
    port.polls.pop()!.answer(jobs);
    await until('it is asked', () => backend.asked.length > 0 || jobs.length === 0);
    await settle();
  };
  return { clock, port, backend, agent, events, settle, advance, ended, give };
}

const delta = (text: string): Generated => ({ delta: text });
const finish: Generated = { finish: 'stop', usage: { promptTokens: 3, completionTokens: 2 } };

describe('a job', () => {
  test('is sent as it comes, and what comes while a request is in flight goes in the next', async () => {
    const { port, backend, give, settle, ended } = open();
    await give(assignment());
    const held = Promise.withResolvers<void>();
    port.held = held.promise;
    backend.say(delta('a'));
    await settle();
    backend.say(delta('b'), delta(' '));
    await settle();
    held.resolve();
    await until('the rest is sent', () => port.batches.length === 2);
    backend.say(delta('c'), finish);
    await until('it ends', () => ended().length === 1);
    expect(port.batches.map((batch) => batch.map(({ seq }) => seq))).toEqual([[1], [2, 3]]);
    expect(port.completions).toEqual([
      {
        jobId: 'job_1',
        fence: 1,
        finishReason: 'stop',
        usage: { promptTokens: 3, completionTokens: 2 },
        pieces: [{ seq: 4, delta: 'c' }],
      },
    ]);
    expect(port.accepted.join('')).toBe('ab c');
    expect(ended()[0]).toMatchObject({ outcome: 'completed', pieces: 4 });
  });

  test('loses and doubles nothing when requests and answers are lost', async () => {
    const { port, backend, give, advance, ended } = open();
    await give(assignment());
    port.faults.push(away(), 'lose the answer', away(), 'lose the answer');
    for (const text of ['a', 'b', 'c']) {
      backend.say(delta(text));
      await advance(1_000);
    }
    port.faults.push(away(), 'lose the answer');
    backend.say(delta('d'), finish);
    await advance(10_000);
    expect(port.accepted.join('')).toBe('abcd');
    expect(ended()).toMatchObject([{ outcome: 'completed' }]);
  });

  test('begins where the one before it ended', async () => {
    const { port, backend, give, ended } = open();
    port.accepted = ['a', 'b'];
    await give(assignment({ acceptedText: 'ab', nextSeq: 3 }));
    backend.say(delta('c'), finish);
    await until('it ends', () => ended().length === 1);
    expect(port.accepted.join('')).toBe('abc');
  });

  test('ends at its limit, though the backend does not', async () => {
    const { port, backend, give, ended } = open();
    await give(assignment({ maxTokens: 2 }));
    backend.say(delta('a'), delta('b'), delta('c'), delta('d'));
    await until('it ends', () => ended().length === 1);
    expect(port.accepted).toEqual(['a', 'b']);
    expect(port.completions).toMatchObject([{ finishReason: 'length' }]);
  });

  test('stops when another host has it', async () => {
    const { port, backend, give, ended } = open();
    await give(assignment());
    port.faults.push(over());
    backend.say(delta('a'));
    await until('it ends', () => ended().length === 1);
    expect(ended()[0]).toMatchObject({ outcome: 'lost' });
    expect(backend.signals[0]?.aborted).toBe(true);
    expect([...port.completions, ...port.failures]).toEqual([]);
  });

  test('is canceled at the backend as soon as the server says so', async () => {
    const { port, backend, give, advance, ended } = open();
    await give(assignment());
    await advance(300);
    port.renewals[0]?.answer({ ackSeq: 0, cancel: true });
    await until('it ends', () => ended().length === 1);
    expect(backend.signals[0]?.aborted).toBe(true);
    expect(ended()[0]).toMatchObject({ outcome: 'canceled' });
  });

  test('is renewed for as long as it runs, and not all the time', async () => {
    const { port, backend, give, advance, ended } = open();
    await give(assignment());
    for (let step = 0; step < 100; step += 1) {
      await advance(100);
      port.renewals.at(-1)?.answer({ ackSeq: 0, cancel: false });
    }
    expect(port.renewals.length).toBeGreaterThan(5);
    expect(port.renewals.length).toBeLessThanOrEqual(21);
    await advance(1_000);
    backend.say(finish);
    await until('it ends', () => ended().length === 1);
    expect(port.renewals.at(-1)?.signal.aborted).toBe(true);
  });

  test.each([true, false])(
    'that fails at the backend says so, retryable %p, after its pieces',
    async (retryable) => {
      const { port, backend, give, ended } = open();
      await give(assignment());
      backend.say(delta('a'), new BackendFault('It broke.', { retryable }));
      await until('it ends', () => ended().length === 1);
      expect(port.accepted).toEqual(['a']);
      expect(port.failures).toEqual([{ jobId: 'job_1', fence: 1, error: 'It broke.', retryable }]);
    },
  );

  test('of which the server refuses the pieces fails, and does not hang', async () => {
    const { port, backend, give, ended } = open();
    await give(assignment());
    port.faults.push(new Fault('unprocessable', 'a piece is missing'));
    backend.say(delta('a'));
    await until('it ends', () => ended().length === 1);
    expect(port.failures).toMatchObject([{ retryable: true }]);
  });

  test('is given up when the server is away for longer than any lease', async () => {
    const { port, backend, give, advance, ended } = open();
    await give(assignment());
    port.faults = Array.from({ length: 1_000 }, away);
    backend.say(delta('a'));
    await advance(50_000, 500);
    expect(ended()).toEqual([]);
    await advance(20_000, 500);
    expect(ended()).toMatchObject([{ outcome: 'unreachable' }]);
  });

  test('of embeddings is sent whole', async () => {
    const { port, ended } = open();
    await until('the host asks', () => port.polls.length > 0);
    port.polls[0]!.answer([assignment({ request: { task: 'embedding', inputs: ['a'] } })]);
    await until('it ends', () => ended().length === 1);
    expect(port.completions).toMatchObject([{ embeddings: [[0.5]], finishReason: 'stop' }]);
  });
});

describe('the loop', () => {
  test('asks for as many as it has slots', async () => {
    const { port, backend, give, settle, ended } = open({ slots: 2 });
    await until('it asks', () => port.polls[0]?.max === 2);
    await give(assignment({ jobId: 'job_1' }));
    expect(port.polls.at(-1)?.max).toBe(1);
    await give(assignment({ jobId: 'job_2' }));
    expect(port.polls).toEqual([]);
    backend.say(finish);
    await until('one ends', () => ended().length === 1);
    await settle();
    expect(port.polls.at(-1)?.max).toBe(1);
  });

  test('runs once what is handed over twice, even when it has ended', async () => {
    const { port, backend, give, settle, ended } = open();
    await give(assignment());
    await give(assignment());
    expect(backend.asked).toHaveLength(1);
    backend.say(finish);
    await until('it ends', () => ended().length === 1);
    await give(assignment());
    await settle();
    expect(backend.asked).toHaveLength(1);
    expect(port.completions).toHaveLength(1);
  });

  test('runs a job anew under a newer lease, and drops the old one', async () => {
    const { backend, give, settle, ended } = open();
    await give(assignment());
    await give(assignment({ fence: 2 }));
    await settle();
    expect(backend.asked.map(({ fence }) => fence)).toEqual([1, 2]);
    expect(backend.signals.map(({ aborted }) => aborted)).toEqual([true, false]);
    expect(ended()).toMatchObject([{ outcome: 'lost' }]);
  });

  test('comes back when the server does, with pauses that grow', async () => {
    const { port, events, advance, give, backend } = open();
    let failed = 0;
    for (let step = 0; step < 200; step += 1) {
      const poll = port.polls.pop();
      if (poll) failed += 1;
      poll?.fail(away());
      await advance(100);
    }
    // Half of 0.2, 0.4, 0.8, 1.6, 3.2 s, then of 5 s.
    expect(failed).toBeGreaterThanOrEqual(9);
    expect(failed).toBeLessThanOrEqual(14);
    expect(events.filter(({ type }) => type === 'server_lost')).toHaveLength(1);
    await advance(5_000);
    await give(assignment());
    expect(backend.asked).toHaveLength(1);
    expect(events.filter(({ type }) => type === 'server_found')).toHaveLength(1);
  });

  test('tells every 30 s what it has, and sooner while that is nothing', async () => {
    const { port, backend, advance, events } = open();
    await until('it beats', () => port.heartbeats.length === 1);
    expect(port.heartbeats[0]).toEqual({
      gpuUtilization: null,
      models: [{ name: 'a-model', maxTokens: 100 }],
    });
    backend.isAway = true;
    await advance(29_900);
    expect(port.heartbeats).toHaveLength(1);
    await advance(200);
    expect(port.heartbeats.at(-1)).toMatchObject({ models: [] });
    backend.isAway = false;
    await advance(5_000);
    expect(port.heartbeats.at(-1)).toMatchObject({ models: [{ name: 'a-model' }] });
    expect(events.map(({ type }) => type)).toEqual([
      'models_changed',
      'backend_lost',
      'models_changed',
    ]);
  });

  test('drains: nothing new, what runs may end, the rest is given back', async () => {
    const { port, backend, agent, give, advance, settle } = open();
    await give(assignment({ jobId: 'job_1' }));
    await give(assignment({ jobId: 'job_2' }));
    const stopping = agent.stop(5_000);
    await settle();
    expect(port.drained).toBe(1);
    backend.say(delta('b'));
    await settle();
    backend.say(finish);
    await advance(4_000);
    expect(port.completions).toHaveLength(1);
    expect(port.failures).toEqual([]);
    await advance(1_100);
    await stopping;
    expect(port.failures).toMatchObject([{ error: 'The host is shutting down.', retryable: true }]);
    const polls = port.polls.length;
    await advance(60_000, 1_000);
    expect(port.polls).toHaveLength(polls);
  });

  test('leaves without a word, and its backends are let go', async () => {
    const { port, backend, agent, give, clock } = open();
    await give(assignment());
    await agent.leave();
    expect(backend.signals[0]?.aborted).toBe(true);
    expect({ drained: port.drained, failures: port.failures }).toEqual({
      drained: 0,
      failures: [],
    });
    expect(clock.pending).toBe(0);
  });
});
