import type { Bound, Db } from '../db/database';
import type { Transaction } from '../db/write';
import { assert } from '../lib/assert';
import type { Clock } from '../lib/clock';
import { Fault } from '../lib/fault';
import { type Chance, sha256Hex } from '../lib/ids';
import type { DestinationCheck } from '../net/destination';
import { checkAlias, checkHost, checkJoinToken, checkPriority } from './checks';
import { hostedFrom } from './hosted-models';
import type { Pool } from './pool';
import { priceOfUsd } from './price';
import type { HostStore, StoredHost } from './store-hosts';
import type {
  Host,
  HostPort,
  HostRegistry,
  HostState,
  HostView,
  Joined,
  ModelAlias,
  NewHost,
  UserPriority,
} from './types';

export interface RegistryDeps {
  db: Db;
  clock: Clock;
  chance: Chance;
  pool: Pool;
  hosts: Bound<HostStore>;
  checkDestination: DestinationCheck;
  /** Anybody may add a host. */
  isOpen: boolean;
  /** The most that a host may ask for a token. */
  maxPriceUsd: number;
  /** A host is new, or its state is. */
  changed(hostId: string): void;
  port(hostId: string): HostPort;
}

const KEY_BYTES = 32;
const KEY_PREFIX = 'hk_live_';
const TOKEN_PREFIX = 'join_';
/** Anonymous registrations are cheap to make: beyond this they wait for an admin to look. */
const MAX_PENDING = 1_000;

export class Registry implements HostRegistry {
  #deps: RegistryDeps;

  constructor(deps: RegistryDeps) {
    this.#deps = deps;
  }

  async register(
    newHost: NewHost,
    by: { userId: string | null; joinToken: string | null },
  ): Promise<{ host: Host; key: string }> {
    const { db, chance, clock, pool, hosts, checkDestination, maxPriceUsd } = this.#deps;
    checkHost(newHost, maxPriceUsd);
    const { endpointUrl: url, models, pricePerToken, pricePerPromptToken, ...rest } = newHost;
    const endpointUrl = url === null ? null : await checkDestination(url);
    const key = secret(chance, KEY_PREFIX);
    const stored = await db.write(async (tx) => {
      const host: StoredHost = {
        ...rest,
        endpointUrl,
        models: hostedFrom(models),
        id: chance.id(),
        ownerId: by.userId,
        keyHash: sha256Hex(key),
        state: await this.#stateFor(tx, by),
        price: {
          inputMicros: priceOfUsd(pricePerPromptToken),
          outputMicros: priceOfUsd(pricePerToken),
        },
        failedJobs: 0,
        createdMs: clock.nowMs(),
        heartbeatMs: null,
        gpuUtilization: null,
      };
      await hosts.within(tx).insert(host);
      return host;
    });
    pool.putHost(stored);
    this.#deps.changed(stored.id);
    return { host: this.#present(stored.id), key };
  }

  authenticate(key: string): Host | undefined {
    const stored = this.#deps.pool.hostOfKey(sha256Hex(key))?.stored;
    return stored?.state === 'disabled' ? undefined : stored;
  }

  list(): HostView[] {
    return [...this.#deps.pool.hosts.keys()].sort().flatMap((id) => this.get(id) ?? []);
  }

  get(id: string): HostView | undefined {
    return this.#deps.pool.hosts.get(id)?.view(this.#deps.clock.nowMs());
  }

  async setState(
    id: string,
    state: Exclude<HostState, 'pending'>,
    record?: Joined,
  ): Promise<HostView> {
    const { db, pool, hosts } = this.#deps;
    const host = pool.hosts.get(id);
    if (!host) throw new Fault('not_found', `there is no host ${id}`);
    await db.write(async (tx) => {
      await hosts.within(tx).setState(id, state);
      await record?.(tx);
    });
    pool.putHost({ ...host.stored, state });
    if (state !== 'active') host.poll?.end();
    this.#deps.changed(id);
    return this.#present(id);
  }

  async createJoinToken(
    { lifeMs, uses }: { lifeMs: number; uses: number },
    record?: Joined,
  ): Promise<string> {
    const { db, chance, clock, hosts } = this.#deps;
    checkJoinToken(lifeMs, uses);
    const token = secret(chance, TOKEN_PREFIX);
    const createdMs = clock.nowMs();
    const row = { hash: sha256Hex(token), uses, expiresMs: createdMs + lifeMs, createdMs };
    await db.write(async (tx) => {
      await hosts.within(tx).addJoinToken(row);
      await record?.(tx);
    });
    return token;
  }

  async setAlias(alias: ModelAlias, record?: Joined): Promise<void> {
    const { db, pool, hosts } = this.#deps;
    checkAlias(alias);
    await db.write(async (tx) => {
      await hosts.within(tx).setAlias(alias);
      await record?.(tx);
    });
    if (alias.models.length === 0) pool.aliases.delete(alias.name);
    else pool.aliases.set(alias.name, alias);
  }

  async setPriority(given: UserPriority, record?: Joined): Promise<void> {
    const { db, pool, hosts } = this.#deps;
    checkPriority(given.priority);
    await db.write(async (tx) => {
      await hosts.within(tx).setPriority(given);
      await record?.(tx);
    });
    pool.priorities.set(given.userId, given.priority);
  }

  priorityOf(userId: string): number {
    return this.#deps.pool.priorities.get(userId) ?? 0;
  }

  priorities(): UserPriority[] {
    return [...this.#deps.pool.priorities]
      .map(([userId, priority]) => ({ userId, priority }))
      .filter(({ priority }) => priority !== 0)
      .sort((a, b) => b.priority - a.priority || (a.userId < b.userId ? -1 : 1));
  }

  port(hostId: string): HostPort {
    return this.#deps.port(hostId);
  }

  async #stateFor(
    tx: Transaction,
    by: { userId: string | null; joinToken: string | null },
  ): Promise<HostState> {
    const { clock, hosts, pool, isOpen } = this.#deps;
    if (by.joinToken !== null) {
      const hash = sha256Hex(by.joinToken);
      if (await hosts.within(tx).useJoinToken(hash, clock.nowMs())) return 'active';
      throw new Fault(
        'forbidden',
        'this join token is unknown, expired or used up: ask your admin for a new one',
        { field: 'join_token' },
      );
    }
    if (by.userId !== null || isOpen) return 'active';
    const pending = [...pool.hosts.values()].filter(({ stored }) => stored.state === 'pending');
    if (pending.length < MAX_PENDING) return 'pending';
    throw new Fault('unavailable', 'too many hosts wait for an admin: register with a join token');
  }

  #present(id: string): HostView {
    const host = this.get(id);
    assert(host, 'a host that was put is there');
    return host;
  }
}

function secret(chance: Chance, prefix: string): string {
  return prefix + Buffer.from(chance.bytes(KEY_BYTES)).toString('base64url');
}
