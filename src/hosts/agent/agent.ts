import type { Clock } from '../../lib/clock';
import { publicMessage } from '../../lib/fault';
import { pause } from '../../net/retry';
import type { Assignment, HostModel } from '../types';
import { Backoff } from './backoff';
import { type JobDeps, type JobEnd, JobRun } from './job';

/** What a person beside the host wants to know. */
export type AgentEvent =
  | { type: 'job_started'; jobId: string; model: string }
  | { type: 'job_ended'; jobId: string; model: string; seconds: number; end: JobEnd }
  | { type: 'models_changed'; models: HostModel[] }
  | { type: 'backend_lost'; error: string }
  | { type: 'server_lost'; error: string }
  | { type: 'server_found' }
  | { type: 'draining'; running: number };

export interface AgentOptions extends JobDeps {
  /** How many jobs are taken at once. */
  slots: number;
  /** What to offer, asked before every heartbeat; a host whose models are written down elsewhere has
   * none of this. */
  listModels?: (signal: AbortSignal) => Promise<HostModel[] | null>;
  /** 0 to 1, or null for who cannot tell. */
  utilization?: () => Promise<number | null>;
  onEvent?: (event: AgentEvent) => void;
}

export interface Agent {
  /** Takes nothing more, lets what runs end within `graceMs`, and gives the rest back. */
  stop(graceMs: number): Promise<void>;
  /** Leaves at once, without a word: what runs is handed over again when the host is back, and goes
   * on from what was accepted. */
  leave(): Promise<void>;
}

const POLL_WAIT_MS = 25_000;
/** A server that has nothing and does not wait is asked as often as this. */
const POLL_GAP_MS = 1_000;
const LONGEST_PAUSE_MS = 5_000;
const HEARTBEAT_MS = 30_000;
/** While something is wrong, so that it is soon known to be right. */
const ANXIOUS_HEARTBEAT_MS = 5_000;
const LISTING_MS = 20_000;
/** For a last word to a server that may be away. */
const FAREWELL_MS = 5_000;
const REMEMBERED = 1_024;

/** The loop of a host: over HTTP beside a GPU, and inside the server for a host that is pushed to. */
export function runAgent(options: AgentOptions): Agent {
  const loop = new AgentLoop(options);
  loop.start();
  return loop;
}

class AgentLoop implements Agent {
  readonly #options: AgentOptions;
  readonly #running = new Map<string, { run: JobRun; ended: Promise<void> }>();
  /** Leases that have ended: one that is handed over late is known. */
  readonly #settled = new Set<string>();
  readonly #polling = new AbortController();
  readonly #stopped = new AbortController();
  #loops: Promise<unknown> = Promise.resolve();
  #freed = () => {};
  #modelsSaid = '';
  #isServerLost = false;
  #isDraining = false;

  constructor(options: AgentOptions) {
    this.#options = options;
  }

  start(): void {
    this.#loops = Promise.all([this.#poll(), this.#beat()]);
  }

  async stop(graceMs: number): Promise<void> {
    const { port, clock } = this.#options;
    this.#tell({ type: 'draining', running: this.#running.size });
    // A poll that is open stays so until the server knows: no job is handed to nobody.
    this.#isDraining = true;
    this.#freed();
    await within(clock, FAREWELL_MS, port.drain());
    this.#polling.abort(new Error('the host drains'));
    await within(clock, graceMs, this.#allEnded());
    for (const { run } of this.#running.values()) run.giveUp('shutdown');
    await within(clock, FAREWELL_MS, this.#allEnded());
    this.#stopped.abort(new Error('the host stops'));
    await this.#loops;
  }

  async leave(): Promise<void> {
    this.#polling.abort(new Error('the host leaves'));
    this.#stopped.abort(new Error('the host leaves'));
    this.#freed();
    for (const { run } of this.#running.values()) run.giveUp('lost');
    await this.#allEnded();
    await this.#loops;
  }

  async #allEnded(): Promise<void> {
    await Promise.all([...this.#running.values()].map(({ ended }) => ended));
  }

  async #poll(): Promise<void> {
    const { port, clock, chance, slots } = this.#options;
    const { signal } = this.#polling;
    const backoff = new Backoff(chance, LONGEST_PAUSE_MS);
    while (!signal.aborted && !this.#isDraining) {
      const max = slots - this.#running.size;
      if (max <= 0) {
        await this.#slotFreed();
        continue;
      }
      const askedMs = clock.nowMs();
      try {
        const jobs = await port.nextJobs({ max, waitMs: POLL_WAIT_MS }, signal);
        backoff.reset();
        this.#serverAnswers();
        for (const job of jobs) this.#take(job);
        const earlyMs = askedMs + POLL_GAP_MS - clock.nowMs();
        if (jobs.length === 0 && earlyMs > 0) await this.#pause(earlyMs, signal);
      } catch (thrown) {
        if (signal.aborted) return;
        this.#serverFails(thrown);
        await this.#pause(backoff.nextMs(), signal);
      }
    }
  }

  /** What is handed over twice is run once; an older lease of the same job is over. */
  #take(assignment: Assignment): void {
    const { jobId, fence } = assignment;
    if (this.#settled.has(leaseName(assignment))) return;
    const known = this.#running.get(jobId);
    if (known && known.run.fence >= fence) return;
    if (!known && this.#running.size >= this.#options.slots) return;
    known?.run.giveUp('lost');
    const run = new JobRun(this.#options, assignment);
    this.#running.set(jobId, { run, ended: this.#perform(run, assignment) });
  }

  async #perform(run: JobRun, assignment: Assignment): Promise<void> {
    const { clock, log } = this.#options;
    const { jobId, model } = assignment;
    const startMs = clock.nowMs();
    this.#tell({ type: 'job_started', jobId, model });
    try {
      const end = await run.run();
      if (end.isSettled) this.#remember(leaseName(assignment));
      const seconds = (clock.nowMs() - startMs) / 1000;
      this.#tell({ type: 'job_ended', jobId, model, seconds, end });
    } catch (cause) {
      log.error('host.job_broke', { job: jobId, cause });
    }
    if (this.#running.get(jobId)?.run === run) this.#running.delete(jobId);
    this.#freed();
  }

  #remember(lease: string): void {
    this.#settled.add(lease);
    if (this.#settled.size <= REMEMBERED) return;
    for (const oldest of this.#settled) {
      this.#settled.delete(oldest);
      return;
    }
  }

  #slotFreed(): Promise<void> {
    return new Promise((resolve) => {
      this.#freed = resolve;
    });
  }

  async #beat(): Promise<void> {
    const { port, utilization } = this.#options;
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      const models = await this.#listModels();
      const gpuUtilization = utilization ? await utilization().catch(() => null) : null;
      let isWell = models === null || models.length > 0;
      try {
        await port.heartbeat({ gpuUtilization, models });
      } catch {
        // The poll says what is wrong with the server.
        isWell = false;
      }
      await this.#pause(isWell ? HEARTBEAT_MS : ANXIOUS_HEARTBEAT_MS, signal);
    }
  }

  /** None while the backend is away; null when there is nothing to say of them. */
  async #listModels(): Promise<HostModel[] | null> {
    const { listModels, clock } = this.#options;
    if (!listModels) return null;
    const listing = new AbortController();
    const cancel = clock.after(LISTING_MS, () => listing.abort(new Error('no answer in time')));
    try {
      const models = await listModels(listing.signal);
      if (models) this.#sayModels(JSON.stringify(models), { type: 'models_changed', models });
      return models;
    } catch (thrown) {
      this.#sayModels('', { type: 'backend_lost', error: publicMessage(thrown) });
      return [];
    } finally {
      cancel();
    }
  }

  #sayModels(said: string, event: AgentEvent): void {
    if (said === this.#modelsSaid) return;
    this.#modelsSaid = said;
    this.#tell(event);
  }

  #serverAnswers(): void {
    if (this.#isServerLost) this.#tell({ type: 'server_found' });
    this.#isServerLost = false;
  }

  #serverFails(thrown: unknown): void {
    if (!this.#isServerLost) this.#tell({ type: 'server_lost', error: publicMessage(thrown) });
    this.#isServerLost = true;
  }

  #tell(event: AgentEvent): void {
    this.#options.onEvent?.(event);
  }

  #pause(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return pause(this.#options.clock, ms, signal).catch(() => {});
  }
}

function leaseName({ jobId, fence }: Assignment): string {
  return `${jobId} ${fence}`;
}

/** Waits for the work, but no longer; what becomes of it then is dropped. */
async function within(clock: Clock, ms: number, work: Promise<unknown>): Promise<void> {
  const over = Promise.withResolvers<void>();
  const cancel = clock.after(ms, over.resolve);
  await Promise.race([work.catch(() => {}), over.promise]);
  cancel();
}
