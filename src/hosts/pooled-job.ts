import type { PoolHost } from './pool-host';
import { needsOf, prefixKey } from './prompt';
import type { HostFeature, InferenceRequest, Lease, TokenPrice } from './types';

/** A host at work on a job. */
export interface Work extends Lease {
  host: PoolHost;
  /** Of the job's models, the one that this host answers with. */
  model: string;
  sinceMs: number;
  /** When it was last given the job. */
  handedMs: number;
  /** Until when the database says that the lease holds. */
  untilMs: number;
  /** Accepted before this host began. */
  before: number;
  /** Accepted before it was last given the job: from there on its backend counts. */
  handedAt: number;
  /** When the host last said anything of the job; null while it has not. */
  heardMs: number | null;
  /** When its first piece came, and its last; null before. */
  firstPieceMs: number | null;
  pieceMs: number | null;
}

export interface JobFacts {
  id: string;
  userId: string;
  /** Whose cap the hold counts under; null for a key that has none. Of a job that an earlier process
   * accepted it is the key it came with, capped or not. */
  keyId: string | null;
  request: InferenceRequest;
  models: string[];
  /** The most that a host may ask, as `priceFor` has it for the request. */
  price: TokenPrice;
  promptBound: number;
  heldMicros: number;
  priority: number;
  createdMs: number;
  /** Somebody may come for the answer later: a chat is for who waits. */
  outlivesReader: boolean;
}

/** An inference that has not ended, as this process has it in memory. What is in here is committed,
 * but for `work` while it is `assigning`. */
export class PooledJob {
  readonly facts: JobFacts;
  readonly needs: HostFeature[];
  readonly prefix: string;
  /** In the fair queue; null while it is not there. */
  place: number | null = null;
  /** Everything that was accepted. */
  readonly pieces: string[] = [];
  work: Work | null = null;
  /** Hosts that had it and lost it. */
  readonly lostBy = new Set<string>();
  /** The queue has ended it, or a host has: nothing more comes. */
  isEnded = false;
  #listeners = new Set<() => void>();
  /** Its writes follow one another: each is checked against what the one before accepted. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(facts: JobFacts) {
    this.facts = facts;
    this.needs = needsOf(facts.request);
    this.prefix = prefixKey(facts.request);
  }

  get id(): string {
    return this.facts.id;
  }

  get maxTokens(): number {
    return this.facts.request.maxTokens;
  }

  /** What the host that has it now has sent. */
  get piecesOfWork(): number {
    return this.pieces.length - (this.work?.before ?? this.pieces.length);
  }

  inTurn<T>(step: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(step, step);
    this.#last = turn.catch(() => {});
    return turn;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  changed(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}
