import { usdMicrosToMicros } from '../lib/money';
import { SOURCE_PRICE_MICROS } from './modes';

/**
 * What others bill the asker for a job's calls, or may yet, in micro-credits: the hosts of the pool
 * do. It counts under the job's cap, and is no part of what the job itself charges.
 */
export class ApartBills {
  #costMicros: number;
  #record: (costMicros: number) => Promise<void>;

  /** `record` as in {@link MeterStart}. */
  constructor(costMicros: number, record: (costMicros: number) => Promise<void>) {
    this.#costMicros = costMicros;
    this.#record = record;
  }

  get costMicros(): number {
    return this.#costMicros;
  }

  /** Negative for what is given back. */
  async add(costMicros: number): Promise<void> {
    this.#costMicros += costMicros;
    await this.#record(costMicros);
  }
}

export interface MeterStart {
  /** The most that the job may cost, in micro-credits; null for a job with a fixed price. */
  capMicros: number | null;
  /** What its calls have cost up to now, those of waves that were dropped too. */
  callCostMicros: number;
  sourceCount: number;
  /** Makes the cost of a call durable before it is made: no crash can make it free. Negative for
   * what is given back. */
  record(costMicros: number): Promise<void>;
  /** Where that is counted which is spent of what was set aside; absent when the job charges it. */
  apart?: ApartBills | undefined;
}

/**
 * The circuit breaker of a metered job. Whatever costs is reserved here before it is done, and what
 * does not fit under the cap is not done: so no job costs more than its cap, by any way it ends.
 */
export class Meter {
  #start: MeterStart;
  #callCostMicros: number;
  #sourceCount: number;
  #hasRefused = false;
  #asideMicros = 0;

  constructor(start: MeterStart) {
    this.#start = start;
    this.#callCostMicros = start.callCostMicros;
    this.#sourceCount = start.sourceCount;
  }

  get callCostMicros(): number {
    return this.#callCostMicros;
  }

  /** Undefined when the job charges whatever its calls cost. */
  get apart(): ApartBills | undefined {
    return this.#start.apart;
  }

  get asideMicros(): number {
    return this.#asideMicros;
  }

  /** True when there was no room for a call that was wanted. */
  get hasRefused(): boolean {
    return this.#hasRefused;
  }

  /** True when there is no room for another source. */
  get isExhausted(): boolean {
    return this.#freeMicros < SOURCE_PRICE_MICROS;
  }

  /** False when the cost does not fit: then the call must not be made. It counts even if the call
   * fails, since a provider may count it. */
  async reserveCall(costUsdMicros: number): Promise<boolean> {
    const costMicros = usdMicrosToMicros(costUsdMicros);
    if (costMicros === 0 || this.#start.capMicros === null) return true;
    if (costMicros > this.#freeMicros) {
      this.#hasRefused = true;
      return false;
    }
    this.#callCostMicros += costMicros;
    await this.#start.record(costMicros);
    return true;
  }

  /** Keeps so much of the cap from sources and searches; one source fits beside it in any case.
   * Only {@link reserveAside} spends it. */
  setAside(costUsdMicros: number): void {
    const { capMicros } = this.#start;
    if (capMicros === null) return;
    const most = Math.max(0, capMicros - SOURCE_PRICE_MICROS);
    this.#asideMicros = Math.min(usdMicrosToMicros(costUsdMicros), most);
  }

  /** As {@link reserveCall}, out of what was set aside, of which `leaveUsdMicros` stay; a call that
   * is the last thing the job does (null) may have all that is left. To be refused does not end the
   * job: its rules go on. */
  async reserveAside(costUsdMicros: number, leaveUsdMicros: number | null): Promise<boolean> {
    const costMicros = usdMicrosToMicros(costUsdMicros);
    if (costMicros === 0 || this.#start.capMicros === null) return true;
    const roomMicros =
      leaveUsdMicros === null
        ? this.#roomMicros
        : Math.min(this.#asideMicros - usdMicrosToMicros(leaveUsdMicros), this.#roomMicros);
    if (costMicros > roomMicros) return false;
    this.#asideMicros = Math.max(0, this.#asideMicros - costMicros);
    await this.#countAside(costMicros);
    return true;
  }

  /** What a reserved call did not cost after all; it can be spent aside again. */
  async giveBackAside(costUsdMicros: number): Promise<void> {
    const costMicros = usdMicrosToMicros(costUsdMicros);
    if (costMicros === 0 || this.#start.capMicros === null) return;
    this.#asideMicros += costMicros;
    await this.#countAside(-costMicros);
  }

  async #countAside(costMicros: number): Promise<void> {
    const { apart, record } = this.#start;
    if (apart) {
      await apart.add(costMicros);
      return;
    }
    this.#callCostMicros += costMicros;
    await record(costMicros);
  }

  /** Raises what the calls have cost to what is known of it: those of a lost wave cost too. Of what
   * was set aside, so much is left: a replay makes no call of a model, but pays what it cost. */
  resume({ callCostMicros, asideMicros }: Pick<Meter, 'callCostMicros' | 'asideMicros'>): void {
    this.#callCostMicros = Math.max(this.#callCostMicros, callCostMicros);
    this.#asideMicros = asideMicros;
  }

  /** How many of the wanted sources fit; they count as read until they are given back. */
  reserveSources(wanted: number): number {
    const count = Math.min(wanted, Math.floor(this.#freeMicros / SOURCE_PRICE_MICROS));
    this.#sourceCount += count;
    return count;
  }

  /** What could not be read costs nothing. */
  giveBackSource(): void {
    this.#sourceCount -= 1;
  }

  get #freeMicros(): number {
    return this.#roomMicros - this.#asideMicros;
  }

  get #roomMicros(): number {
    const { capMicros, apart } = this.#start;
    if (capMicros === null) return Number.MAX_SAFE_INTEGER;
    const callCostMicros = this.#callCostMicros + (apart?.costMicros ?? 0);
    return capMicros - callCostMicros - this.#sourceCount * SOURCE_PRICE_MICROS;
  }
}

/** For a job with a fixed price. */
export function unmetered(): Meter {
  return new Meter({ capMicros: null, callCostMicros: 0, sourceCount: 0, record: async () => {} });
}
