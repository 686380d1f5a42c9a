import type { Db } from '../db/database';
import type { Transaction } from '../db/write';
import { assert } from '../lib/assert';
import type { Clock } from '../lib/clock';
import { Fault } from '../lib/fault';
import { type Chance, sha256Hex } from '../lib/ids';
import type { Log } from '../lib/log';
import { isAllowed } from './allowlist';
import { checkedLimits, checkedName } from './limits';
import { createSpendCaps } from './spend';
import { keyStore, type StoredHolder } from './store';
import type { ApiKey, CreatedKey, KeyHolder, KeyStyle, KeyUse, NewKey } from './types';

/** A key works in every dialect: its prefix only tells where its owner made it. */
const PREFIX: Record<KeyStyle, string> = { infrence: 'inf_live_', research2llm: 'r2l_' };
/** 160 random bits, so that one SHA-256 without salt is enough to store it. */
const RANDOM_BYTES = 20;
const SHOWN_CHARACTERS = 8;
const LIST_LIMIT = 1_000;
/** So that a list shows them all. */
const LIVE_KEYS_MAX = LIST_LIMIT;
/** `last_used_ms` is for people: a minute is exact enough, and spares a write at every request. */
const TOUCH_EVERY_MS = 60_000;
/** Anything else cannot be a key of ours and costs no lookup. */
const SHAPE = /^(?:inf_live_|r2l_)[0-9a-f]{40}$/;

export type Keys = ReturnType<typeof createKeys>;

interface KeyDeps {
  db: Db;
  clock: Clock;
  chance: Chance;
  log: Log;
}

export function createKeys(deps: KeyDeps) {
  return { ...createUse(deps), ...createOwnership(deps), ...createSpendCaps(deps) };
}

/** What happens at every request. */
function createUse(deps: KeyDeps) {
  const store = deps.db.bind(keyStore);
  const touching = new Set<string>();

  function touch(holder: StoredHolder, nowMs: number): void {
    const isRecent = holder.lastUsedMs !== null && nowMs - holder.lastUsedMs < TOUCH_EVERY_MS;
    if (isRecent || touching.has(holder.keyId)) return;
    touching.add(holder.keyId);
    deps.db
      .write((tx) => store.within(tx).touch(holder.keyId, nowMs))
      .catch((cause: unknown) => deps.log.warn('keys.touch_failed', { cause }))
      .finally(() => touching.delete(holder.keyId));
  }

  return {
    /**
     * The holder of a key that is in force; undefined for one that is unknown, revoked or expired.
     * Throws Fault `forbidden` when the key is bound to other addresses than the one it is used from.
     */
    async authenticate(
      plaintext: string,
      use: KeyUse = { clientAddress: null },
    ): Promise<KeyHolder | undefined> {
      if (!SHAPE.test(plaintext)) return undefined;
      const holder = await store.read.holderByHash(sha256Hex(plaintext));
      if (!holder) return undefined;
      const nowMs = deps.clock.nowMs();
      if (holder.expiresMs !== null && holder.expiresMs <= nowMs) return undefined;
      if (holder.ipAllowlist !== null) {
        const allowlist = JSON.parse(holder.ipAllowlist) as string[];
        const { clientAddress } = use;
        if (!isAllowed(allowlist, clientAddress)) throw elsewhere(clientAddress);
      }
      touch(holder, nowMs);
      return { ...holder, hasSpendCap: holder.spendCapMicros !== null };
    },
  };
}

/** What its owner, or the operator, does with a key. */
function createOwnership(deps: KeyDeps) {
  const store = deps.db.bind(keyStore);

  function newSecret(style: KeyStyle) {
    const start = PREFIX[style];
    const plaintext = start + Buffer.from(deps.chance.bytes(RANDOM_BYTES)).toString('hex');
    const prefix = plaintext.slice(0, start.length + SHOWN_CHARACTERS);
    return { plaintext, stored: { prefix, hash: sha256Hex(plaintext) } };
  }

  async function expectActive(tx: Transaction, userId: string): Promise<void> {
    const status = await store.within(tx).accountStatus(userId);
    assert(status, `the user ${userId} of a key exists`);
    if (status === 'active') return;
    throw new Fault('forbidden', `this account is ${status} and cannot make keys: ask your admin`);
  }

  return {
    /** Throws Fault `invalid_request` for a bad name or limit, `forbidden` for an account that is
     * not active, `conflict` for one with too many keys. */
    async create(input: NewKey): Promise<CreatedKey> {
      const createdMs = deps.clock.nowMs();
      const name = checkedName(input.name);
      const limits = checkedLimits(input, createdMs);
      const { plaintext, stored } = newSecret(input.style ?? 'infrence');
      const row = { id: deps.chance.id(), userId: input.userId, name, createdMs, ...limits };
      await deps.db.write(async (tx) => {
        await expectActive(tx, input.userId);
        if ((await store.within(tx).liveCount(input.userId)) >= LIVE_KEYS_MAX) {
          throw new Fault('conflict', `an account has at most ${LIVE_KEYS_MAX} keys: revoke one`);
        }
        await store.within(tx).insert({ ...row, ...stored });
      });
      return { ...row, prefix: stored.prefix, lastUsedMs: null, revokedMs: null, plaintext };
    },

    /**
     * A new plaintext under the same id; the old one is dead at once. Throws Fault `not_found` for
     * another user's key or a revoked one, `conflict` for one that has expired, and `forbidden` for
     * an account that is not active.
     */
    async reset(id: string, userId: string): Promise<CreatedKey> {
      return deps.db.write(async (tx) => {
        const key = await store.within(tx).find(id, userId);
        if (!key || key.revokedMs !== null) throw unknownKey(id);
        if (key.expiresMs !== null && key.expiresMs <= deps.clock.nowMs()) {
          throw new Fault('conflict', 'this key has expired: make a new one', { field: 'id' });
        }
        await expectActive(tx, userId);
        const { plaintext, stored } = newSecret(styleOf(key.prefix));
        await store.within(tx).replaceSecret(id, stored);
        return { ...key, prefix: stored.prefix, lastUsedMs: null, plaintext };
      });
    },

    /** Newest first, the revoked ones too; of all users without `userId`. */
    list: (userId?: string) => store.read.list({ userId, limit: LIST_LIMIT }),

    /** Those of one user that are not revoked, newest first. */
    live: (userId: string): Promise<ApiKey[]> =>
      store.read.list({ userId, isLive: true, limit: LIST_LIMIT }),

    /** Throws Fault `not_found`, with `userId` for another user's key too; revoking twice is no
     * fault. */
    async revoke(id: string, userId?: string): Promise<{ revoked: boolean }> {
      return deps.db.write(async (tx) => {
        const revoked = await store.within(tx).revoke(id, userId, deps.clock.nowMs());
        if (!revoked && !(await store.within(tx).find(id, userId))) throw unknownKey(id);
        return { revoked };
      });
    },
  };
}

function styleOf(prefix: string): KeyStyle {
  return prefix.startsWith(PREFIX.research2llm) ? 'research2llm' : 'infrence';
}

function unknownKey(id: string): Fault {
  return new Fault('not_found', `no key has the id ${id}: see the list of your keys`, {
    field: 'id',
  });
}

function elsewhere(clientAddress: string | null): Fault {
  const address = clientAddress ?? 'an unknown address';
  return new Fault(
    'forbidden',
    `this key is not to be used from ${address}: its owner allows other addresses only`,
  );
}
