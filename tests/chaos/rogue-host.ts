import type { Part } from './cast';
import type { Dice } from './dice';
import { type GivenJob, HostWire, registered } from './host-wire';
import { LIE, type Line, Mischief } from './mischief';
import { cut, speechOf, split } from './speech';
import type { Stage } from './stage';

/**
 * A host by hand. It says the right text at the right place in the end, and does all else wrong that
 * the protocol lets it: repeats, reorders, leaves gaps, speaks under leases that are over and for
 * jobs of others, ends twice, counts what it never sent, and goes silent.
 */
export class RogueHost {
  readonly part: Part;
  #stage: Stage;
  #dice: Dice;
  #wire: HostWire;
  #mischief: Mischief;
  #life = new AbortController();
  #playing = new Set<string>();
  #loop: Promise<void> = Promise.resolve();

  constructor(stage: Stage, part: Part, wire: HostWire) {
    this.part = part;
    this.#stage = stage;
    this.#dice = stage.dice.of(part.name);
    this.#wire = wire;
    this.#mischief = new Mischief(stage, this.#dice.of('mischief'), wire);
  }

  static async join(stage: Stage, part: Part, joinToken: string): Promise<RogueHost> {
    const wire = new HostWire(stage, await registered(stage, part, joinToken));
    return new RogueHost(stage, part, wire);
  }

  start(): void {
    this.#life = new AbortController();
    this.#playing.clear();
    this.#loop = this.#ask(this.#life.signal);
  }

  /** As -9 would: in the middle of whatever it does. */
  async kill(): Promise<void> {
    this.#life.abort(new Error('killed'));
    await this.#loop;
  }

  async #ask(life: AbortSignal): Promise<void> {
    while (!life.aborted) {
      const query = `wait=${this.#dice.between(0, 3)}&max=${this.#dice.between(1, 4)}`;
      const jobs = await this.#wire.jobs(query, life);
      for (const job of jobs) {
        const lease = `${job.job_id} ${job.fence}`;
        if (this.#playing.has(lease)) continue;
        this.#playing.add(lease);
        void this.#play(job, life).finally(() => this.#playing.delete(lease));
      }
      if (jobs.length === 0) await Bun.sleep(50);
    }
  }

  async #play(job: GivenJob, life: AbortSignal): Promise<void> {
    const { prompt } = split(job.input_text);
    const speech = speechOf(prompt);
    if (!speech.startsWith(job.accepted_text)) {
      this.#stage.violated('another text is handed over', `"${job.accepted_text}" for "${speech}"`);
    }
    this.#mischief.remember(job);
    const all = cut(speech.slice(job.accepted_text.length), this.part.tokenLength);
    const tokens = all.slice(0, job.max_tokens);
    const finish = tokens.length < all.length ? 'length' : 'stop';
    const lines = tokens.map((delta, index) => ({ seq: job.next_seq + index, delta }));
    const fate = this.#stage.isWild ? this.#dice.between(0, 15) : -1;
    const fateAt = this.#dice.between(0, lines.length);
    for (let at = 0; at < lines.length; ) {
      if (at >= fateAt && (await this.#meets(fate, job, life))) return;
      const end = Math.min(lines.length, at + this.#dice.between(1, 9));
      if (this.#stage.isWild) await this.#mischief.misbehave(job, lines.slice(0, end), end, life);
      // The rest goes with the end of the job.
      if (end === lines.length && this.#dice.isOneIn(3)) break;
      if (!(await this.#send(job, lines.slice(0, end), at, life))) return;
      at = end;
      if (this.#stage.isWild) await this.#stage.pause(this.#dice.between(0, 60));
    }
    await this.#complete(job, lines, finish, life);
  }

  /** Says whether the job is done with. */
  async #meets(fate: number, job: GivenJob, life: AbortSignal): Promise<boolean> {
    const { job_id, fence } = job;
    if (fate === 0) {
      this.#stage.count('host goes silent');
      return true;
    }
    if (fate === 1 || fate === 2) {
      this.#stage.count('host gives a job back');
      const body = { fence, error: 'out of memory', retryable: true };
      await this.#wire.post(`jobs/${job_id}/fail`, body, life);
      return true;
    }
    if (fate === 3 && this.#dice.isOneIn(3)) {
      this.#stage.count('host fails a job for good');
      const body = { fence, error: 'the prompt is wrong', retryable: false };
      await this.#wire.post(`jobs/${job_id}/fail`, body, life);
      return true;
    }
    if (fate === 4) {
      this.#stage.count('host renews and does nothing');
      await this.#wire.post(`jobs/${job_id}/renew`, { fence, wait: 2 }, life);
    }
    return false;
  }

  /** What is new, in any order, among what was sent before and differs now. False when the job is
   * not this host's any more. */
  async #send(job: GivenJob, lines: Line[], from: number, life: AbortSignal): Promise<boolean> {
    const repeated = this.#stage.isWild && this.#dice.isOneIn(3) ? lines.slice(0, from) : [];
    if (repeated.length > 0) this.#stage.count('repeated pieces');
    const lies = repeated.map(({ seq, delta }) => ({
      seq,
      delta: this.#dice.isOneIn(2) ? delta : LIE,
    }));
    const sent = this.#dice.shuffled([...lies, ...lines.slice(from)]);
    const body = sent.map((line) => JSON.stringify(line)).join('\n');
    const path = `jobs/${job.job_id}/tokens?fence=${job.fence}`;
    const answer = await this.#wire.insist(path, body, life);
    if (answer?.status !== 200 || answer.json.cancel === true) return false;
    const last = lines.at(-1)?.seq ?? 0;
    if (answer.json.ack_seq !== last) {
      const { ack_seq } = answer.json;
      this.#stage.violated('a wrong ack', `${job.job_id}: ${ack_seq} for ${last}`);
    }
    return true;
  }

  async #complete(job: GivenJob, lines: Line[], finish: string, life: AbortSignal): Promise<void> {
    const { job_id, fence } = job;
    const isGreedy = this.#stage.isWild && this.#dice.isOneIn(3);
    const surplus = isGreedy ? 1_000_000 : 0;
    if (isGreedy) this.#stage.count('claimed usage');
    const usage = { prompt_tokens: 5 + surplus, completion_tokens: lines.length + surplus };
    const body = { fence, finish_reason: finish, usage, tokens: this.#dice.shuffled(lines) };
    const answer = await this.#wire.insist(`jobs/${job_id}/complete`, body, life);
    if (answer?.status !== 200 || !this.#stage.isWild || !this.#dice.isOneIn(3)) return;
    this.#stage.count('ended twice');
    const last = lines.at(-1)?.seq ?? job.next_seq;
    const more = { ...body, tokens: [...lines, { seq: last + 1, delta: LIE }] };
    const again = await this.#wire.insist(`jobs/${job_id}/complete`, more, life);
    if (again && again.status !== 200) {
      this.#stage.violated('a repeated end is refused', `${job_id}: ${again.status}`);
    }
  }
}
