import { ALIAS, MODELS } from './cast';
import type { Dice } from './dice';
import { framesOf } from './frames';
import type { AskedCall } from './openai-client';
import { ENOUGH_TOKENS, promptNamed } from './speech';
import { isServerFault, type Stage } from './stage';

/** A job as its client knows it. */
export interface AskedJob {
  id: string;
  task: 'run' | AskedCall['task'];
  /** What its messages call it. */
  key: string;
  prompt: string;
  maxTokens: number;
  userKey: string;
  /** As its stream gave them, over all connections. */
  pieces: string[];
  /** How its stream ended; null while it has not. */
  end: 'done' | 'failed' | null;
}

const RETRY_MS = 100;
/** USD; the dearest host is above the lower one. */
const PRICES = [null, null, 0.00002, 0.00005] as const;

/**
 * Somebody who asks models one thing after another. Requests break off before their answer and are
 * sent again under their key; streams are left at any token and resumed behind it.
 */
export class ChaosClient {
  readonly jobs: AskedJob[] = [];
  #stage: Stage;
  #dice: Dice;
  #name: string;
  #userKey: string;

  constructor(stage: Stage, name: string, userKey: string) {
    this.#stage = stage;
    this.#dice = stage.dice.of(name);
    this.#name = name;
    this.#userKey = userKey;
  }

  /** Until the chaos is over; then reads what it has left unread. */
  async run(): Promise<void> {
    while (this.#stage.isWild) {
      const job = await this.#submit();
      if (this.#dice.isOneIn(20)) await this.#cancel(job);
      if (this.#dice.isOneIn(8)) this.#stage.count('client leaves its job');
      else await this.#read(job);
      if (this.#dice.isOneIn(10)) await this.#submitAgain(job);
    }
    await Promise.all(this.jobs.map((job) => this.#read(job)));
  }

  async #submit(): Promise<AskedJob> {
    const key = `${this.#stage.seed} ${this.#name}/${this.jobs.length}`;
    const job: AskedJob = {
      id: '',
      task: 'run',
      key,
      prompt: promptNamed(key),
      maxTokens: this.#dice.isOneIn(10) ? this.#dice.between(1, 20) : ENOUGH_TOKENS,
      userKey: this.#userKey,
      pieces: [],
      end: null,
    };
    const body = this.#bodyOf(job);
    // Once more at the same time, as an impatient finger does.
    const twice = this.#dice.isOneIn(10) ? this.#post(job.key, body, 0) : null;
    job.id = await this.#accepted(job.key, body);
    const other = await twice;
    if (other?.status === 202 && other.json.job_id !== job.id) {
      this.#stage.violated('one key makes two jobs', `${job.id} and ${other.json.job_id}`);
    }
    this.jobs.push(job);
    return job;
  }

  #bodyOf({ prompt, maxTokens }: AskedJob) {
    const price = this.#dice.pick(PRICES);
    return {
      model: this.#dice.pick([...MODELS, 'tiny', ALIAS]),
      input_text: prompt,
      max_tokens: maxTokens,
      ...(price === null ? {} : { max_price_per_token: price }),
    };
  }

  async #accepted(key: string, body: object): Promise<string> {
    for (;;) {
      const patienceMs = this.#dice.isOneIn(8) ? this.#dice.between(1, 30) : 0;
      if (patienceMs > 0) this.#stage.count('client drops a submission');
      const answer = await this.#post(key, body, this.#stage.isWild ? patienceMs : 0);
      if (answer?.status === 202) return answer.json.job_id ?? '';
      if (answer && answer.status !== 503) {
        this.#stage.violated('a job is refused', `${answer.status} ${JSON.stringify(answer.json)}`);
      }
      await Bun.sleep(RETRY_MS);
    }
  }

  /** With its key it is the same job, and nothing else can have that key. */
  async #submitAgain(job: AskedJob): Promise<void> {
    this.#stage.count('client submits something else under a key');
    const other = { model: 'tiny', input_text: 'something else', max_tokens: 1 };
    const answer = await this.#post(job.key, other, 0);
    if (answer && ![409, 503].includes(answer.status)) {
      this.#stage.violated('a key is used twice', `${job.key}: ${answer.status}`);
    }
  }

  async #post(key: string, body: object, patienceMs: number) {
    try {
      const response = await fetch(`${this.#stage.url}/run/model`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${this.#userKey}`,
          'content-type': 'application/json',
          'idempotency-key': key,
        },
        body: JSON.stringify(body),
        ...(patienceMs > 0 ? { signal: AbortSignal.timeout(patienceMs) } : {}),
      });
      const json = (await response.json()) as { job_id?: string };
      return { status: response.status, json };
    } catch {
      return undefined;
    }
  }

  async #cancel({ id }: AskedJob): Promise<void> {
    await this.#stage.pause(this.#dice.between(0, 300));
    this.#stage.count('client cancels');
    const answer = await fetch(`${this.#stage.url}/jobs/${id}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${this.#userKey}` },
    }).catch(() => undefined);
    if (answer && isServerFault(answer.status)) {
      this.#stage.violated('the server fails', `DELETE ${id}: ${await answer.text()}`);
    }
  }

  /** Over as many connections as it takes. */
  async #read(job: AskedJob): Promise<void> {
    while (job.end === null) {
      const leaveAfter = this.#dice.isOneIn(2) ? this.#dice.between(0, 40) : Infinity;
      await readStream(this.#stage, job, this.#stage.isWild ? leaveAfter : Infinity);
      if (job.end === null) await this.#stage.pause(this.#dice.between(0, RETRY_MS));
      if (job.end === null && !this.#stage.isWild) await Bun.sleep(RETRY_MS);
    }
  }
}

/** From behind the last piece that is known to the end, or to where the connection breaks. */
export async function readStream(
  stage: Stage,
  job: AskedJob,
  leaveAfter = Infinity,
): Promise<void> {
  const over = new AbortController();
  let events = 0;
  try {
    const response = await fetch(`${stage.url}/jobs/${job.id}/stream`, {
      headers: {
        authorization: `Bearer ${job.userKey}`,
        ...(job.pieces.length > 0 ? { 'last-event-id': String(job.pieces.length) } : {}),
      },
      signal: over.signal,
    });
    if (!response.ok) {
      const isUnknown = response.status !== 503;
      if (isUnknown) stage.violated('a stream is refused', `${job.id}: ${response.status}`);
      return;
    }
    for await (const frame of framesOf(response)) {
      takeFrame(stage, job, frame);
      events += 1;
      if (job.end !== null) return;
      if (events > leaveAfter) {
        stage.count('client drops a stream');
        return;
      }
    }
  } catch {
    // The server is gone: it comes back.
  } finally {
    over.abort();
  }
}

function takeFrame(stage: Stage, job: AskedJob, frame: string): void {
  const fields = new Map(
    frame.split('\n').map((line) => {
      const at = line.indexOf(': ');
      return [line.slice(0, at), line.slice(at + 2)] as const;
    }),
  );
  const data = fields.get('data');
  if (data === undefined) return;
  if (fields.get('event') === 'error') job.end = 'failed';
  else if (data === '[DONE]') job.end ??= 'done';
  else {
    const id = Number(fields.get('id'));
    if (id !== job.pieces.length + 1) {
      stage.violated('a gap or a repetition', `${job.id}: ${id} after ${job.pieces.length}`);
    }
    job.pieces.push((JSON.parse(data) as { token: string }).token);
  }
}
