import { MAX_ATTEMPTS } from '../../src/hosts/jobs';
import type { Dice } from './dice';
import type { GivenJob, HostWire } from './host-wire';
import type { Stage } from './stage';

export interface Line {
  seq: number;
  delta: string;
}

/** What nobody's answer has: wherever it is read, something was accepted that should not be. */
export const LIE = 'LIE!';
const GARBAGE = [
  '{"seq": 1, "del',
  'null',
  '[]',
  '{"seq": 0, "delta": "LIE!"}',
  '{"seq": 1.5, "delta": "LIE!"}',
  '{"seq": -3, "delta": "LIE!"}',
  '{"seq": "1", "delta": "LIE!"}',
  '{"seq": 1, "delta": 5}',
  '{"seq": 1, "delta": ""}',
  '\u0000\u0001\ufffd',
] as const;
const REMEMBERED = 50;
/** So far above a fence no lease of the job comes: the next ones may be given to this very host. */
const NEVER = MAX_ATTEMPTS;

/** What a host may not say, and says. */
export class Mischief {
  #stage: Stage;
  #dice: Dice;
  #wire: HostWire;
  /** Those that it was handed, over or not. */
  #leases: { job_id: string; fence: number }[] = [];

  constructor(stage: Stage, dice: Dice, wire: HostWire) {
    this.#stage = stage;
    this.#dice = dice;
    this.#wire = wire;
  }

  remember({ job_id, fence }: GivenJob): void {
    this.#leases.push({ job_id, fence });
    if (this.#leases.length > REMEMBERED) this.#leases.shift();
  }

  /** Nothing of this may change anything. */
  async misbehave(job: GivenJob, lines: Line[], end: number, life: AbortSignal): Promise<void> {
    const { job_id, fence } = job;
    const next = job.next_seq + end;
    const lie = (seq: number) => JSON.stringify({ seq, delta: LIE });
    switch (this.#dice.between(0, 11)) {
      case 0: {
        this.#stage.count('garbage');
        const good = lines.map((line) => JSON.stringify(line));
        const at = this.#dice.between(0, good.length);
        const garbage = this.#dice.pick(GARBAGE);
        const body = [...good.slice(0, at), garbage, ...good.slice(at)].join('\n');
        await this.#refused('garbage', job_id, fence, body, life);
        return;
      }
      case 1:
        this.#stage.count('a gap');
        await this.#refused('a gap', job_id, fence, lie(next + this.#dice.between(1, 50)), life);
        return;
      case 2: {
        this.#stage.count('a stale fence');
        const other = fence + this.#dice.pick([-1, NEVER, NEVER + 1]);
        const first = job.next_seq;
        const body = Array.from({ length: 40 }, (_, index) => lie(first + index)).join('\n');
        await this.#refused('a stale fence', job_id, Math.max(0, other), body, life);
        return;
      }
      case 3: {
        const old = this.#leases[this.#dice.between(0, this.#leases.length - 1)];
        if (!old || old.job_id === job_id) return;
        await this.#speakOutOfTurn(old, life);
        return;
      }
      case 4:
        this.#stage.count('an end under a stale fence');
        await this.#refusedEnd(job_id, fence + NEVER, next, life);
        return;
    }
  }

  /** Under a lease that it has, had or gave up; the text is right only if it has it still. */
  async #speakOutOfTurn(lease: { job_id: string; fence: number }, life: AbortSignal) {
    this.#stage.count('words after the end');
    const { job_id, fence } = lease;
    // A gap at least, should the lease still hold.
    const body = JSON.stringify({ seq: 100_000, delta: LIE });
    await this.#wire.post(`jobs/${job_id}/tokens?fence=${fence}`, body, life);
    const end = { fence, error: 'too late', retryable: true };
    await this.#wire.post(`jobs/${job_id}/fail`, end, life);
  }

  async #refused(what: string, id: string, fence: number, body: string, life: AbortSignal) {
    const answer = await this.#wire.post(`jobs/${id}/tokens?fence=${fence}`, body, life);
    // A job that has ended answers so to whoever had it last.
    if (answer?.status !== 200 || answer.json.cancel === true) return;
    this.#stage.violated(`${what} is accepted`, `${id}: ${body.slice(0, 200)}`);
  }

  async #refusedEnd(id: string, fence: number, next: number, life: AbortSignal): Promise<void> {
    const tokens = [{ seq: next, delta: LIE }];
    const body = { fence, finish_reason: 'stop', tokens };
    const answer = await this.#wire.post(`jobs/${id}/complete`, body, life);
    if (answer?.status === 200) this.#stage.violated('an end under a stale fence', id);
  }
}
