import type { Db } from '../db/database';
import type { Clock } from '../lib/clock';
import { Fault } from '../lib/fault';
import { type Chance, sha256Hex } from '../lib/ids';
import type { Log } from '../lib/log';
import { keyStore } from './store';
import type { CreatedKey, KeyHolder } from './types';

const LIVE_PREFIX = 'inf_live_';
/** 160 random bits, so that one SHA-256 without salt is enough to store it. */
const RANDOM_BYTES = 20;
const SHOWN_CHARACTERS = 8;
const NAME_MAX_LENGTH = 100;
const LIST_LIMIT = 1_000;
/** `last_used_ms` is for people: a minute is exact enough, and spares a write at every request. */
const TOUCH_EVERY_MS = 60_000;
/** Anything else cannot be a key of ours and costs no lookup. */
const SHAPE = /^(?:inf_live_|r2l_)[0-9a-f]{40}$/;

export type Keys = ReturnType<typeof createKeys>;

export function createKeys(deps: { db: Db; clock: Clock; chance: Chance; log: Log }) {
  const store = deps.db.bind(keyStore);
  const touching = new Set<string>();

  function touch(holder: KeyHolder): void {
    const nowMs = deps.clock.nowMs();
    const isRecent = holder.lastUsedMs !== null && nowMs - holder.lastUsedMs < TOUCH_EVERY_MS;
    if (isRecent || touching.has(holder.keyId)) return;
    touching.add(holder.keyId);
    deps.db
      .write((tx) => store.within(tx).touch(holder.keyId, nowMs))
      .catch((cause: unknown) => deps.log.warn('keys.touch_failed', { cause }))
      .finally(() => touching.delete(holder.keyId));
  }

  return {
    /** Throws Fault `invalid_request` for a bad name. */
    async create(input: { userId: string; name: string }): Promise<CreatedKey> {
      const name = input.name.trim();
      if (name === '' || name.length > NAME_MAX_LENGTH) {
        throw new Fault('invalid_request', `name must have 1 to ${NAME_MAX_LENGTH} characters`, {
          field: 'name',
        });
      }
      const plaintext = LIVE_PREFIX + Buffer.from(deps.chance.bytes(RANDOM_BYTES)).toString('hex');
      const id = deps.chance.id();
      const prefix = plaintext.slice(0, LIVE_PREFIX.length + SHOWN_CHARACTERS);
      await deps.db.write((tx) =>
        store.within(tx).insert({
          id,
          userId: input.userId,
          name,
          prefix,
          hash: sha256Hex(plaintext),
          createdMs: deps.clock.nowMs(),
        }),
      );
      return { id, prefix, plaintext };
    },

    /** The holder of a key that is in force; undefined for one that is unknown or revoked. */
    async authenticate(plaintext: string): Promise<KeyHolder | undefined> {
      if (!SHAPE.test(plaintext)) return undefined;
      const holder = await store.read.holderByHash(sha256Hex(plaintext));
      if (holder) touch(holder);
      return holder;
    },

    list: (userId?: string) => store.read.list(userId, LIST_LIMIT),

    /** Throws Fault `not_found`; revoking twice is no fault. */
    async revoke(id: string): Promise<{ revoked: boolean }> {
      return deps.db.write(async (tx) => {
        const revoked = await store.within(tx).revoke(id, deps.clock.nowMs());
        if (!revoked && !(await store.within(tx).exists(id))) {
          throw new Fault('not_found', `no key has the id ${id}: see \`sonde key list\``, {
            field: 'id',
          });
        }
        return { revoked };
      });
    },
  };
}
