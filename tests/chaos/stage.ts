import { Dice } from './dice';

const MAX_EXAMPLES = 4;

/** What all who take part in a run share. */
export class Stage {
  readonly seed: number;
  readonly dice: Dice;
  readonly url: string;
  /** What must not be, and was: by the rule, the first few times. */
  readonly violations = new Map<string, string[]>();
  /** How often what happened, to see that the chaos was one. */
  readonly counts = new Map<string, number>();
  /** When there was no server. */
  readonly #outages: { fromMs: number; toMs: number }[] = [];
  readonly #calm = new AbortController();

  constructor(seed: number, url: string) {
    this.seed = seed;
    this.dice = new Dice(seed);
    this.url = url;
  }

  /** Aborts when the chaos is over: from then on everybody behaves, so that all can end. */
  get calm(): AbortSignal {
    return this.#calm.signal;
  }

  get isWild(): boolean {
    return !this.#calm.signal.aborted;
  }

  calmDown(): void {
    this.#calm.abort();
  }

  serverWasAway(fromMs: number, toMs: number): void {
    this.#outages.push({ fromMs, toMs });
  }

  /** Whether it was there all the time. */
  wasServed(fromMs: number, toMs: number): boolean {
    return !this.#outages.some((outage) => outage.fromMs <= toMs && outage.toMs >= fromMs);
  }

  violated(rule: string, what: string): void {
    const examples = this.violations.get(rule) ?? [];
    this.violations.set(rule, examples);
    if (examples.length < MAX_EXAMPLES) examples.push(what);
  }

  count(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }

  /** Ends early when the chaos does. */
  async pause(ms: number): Promise<void> {
    if (!this.isWild) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const end = () => resolve();
    const timer = setTimeout(end, ms);
    this.calm.addEventListener('abort', end, { once: true });
    await promise;
    clearTimeout(timer);
    this.calm.removeEventListener('abort', end);
  }
}

/** Of a fault in the server nobody speaks but by 500; 503 is what it says when it stops. */
export function isServerFault(status: number): boolean {
  return status >= 500 && status !== 503;
}
