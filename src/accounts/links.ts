import type { Db } from '../db/database';
import type { Transaction } from '../db/write';
import type { Clock } from '../lib/clock';
import { Fault } from '../lib/fault';
import { type Chance, sha256Hex } from '../lib/ids';
import { type LinkKind, linkStore, type UsableLink } from './store-links';
import type { IssuedLink } from './types';

const TOKEN_BYTES = 32;
const TOKEN_SHAPE = /^[\w-]{43}$/;
const MINUTE_MS = 60_000;
const LIFETIME_MS: Record<LinkKind, number> = {
  verify: 60 * MINUTE_MS,
  reset: 60 * MINUTE_MS,
  sign_in: 30 * MINUTE_MS,
};
/** Where a link leads. Only the first does something when it is opened; the others show a page,
 * because mail scanners open every link that they see. */
const PATH: Record<LinkKind, string> = {
  verify: '/api/auth/verify-email',
  reset: '/reset-password',
  sign_in: '/sign-in',
};

export interface NewLink {
  kind: LinkKind;
  userId: string;
  /** The user's, now: a reset or sign-in link ends with the sessions of its time. */
  epoch: number;
  /** True if it goes to the user's address and nowhere else. */
  mailed: boolean;
}

export interface Links {
  issue(tx: Transaction, link: NewLink): Promise<IssuedLink>;
  /** When the user was given the newest link of this kind; null if none is kept. */
  lastIssuedMs(tx: Transaction, kind: LinkKind, userId: string): Promise<number | null>;
  /** Uses nothing up. Throws Fault `invalid_request` as `use` does. */
  check(kind: LinkKind, token: string): Promise<void>;
  /** Once. Throws Fault `invalid_request` for a link that is unknown, used or expired, all alike. */
  use(tx: Transaction, kind: LinkKind, token: string): Promise<UsableLink>;
  sweep(): Promise<void>;
}

/** `baseUrl` is configured, and never taken from a request: a forged Host header would send the
 * user's token elsewhere. */
export function createLinks(deps: {
  db: Db;
  clock: Clock;
  chance: Chance;
  baseUrl: string;
}): Links {
  const { db, clock, chance } = deps;
  const store = db.bind(linkStore);
  const baseUrl = deps.baseUrl.replace(/\/+$/, '');

  async function find(
    reader: ReturnType<typeof linkStore>,
    kind: LinkKind,
    token: string,
  ): Promise<UsableLink> {
    const isPossible = TOKEN_SHAPE.test(token);
    const link = isPossible
      ? await reader.usable(sha256Hex(token), kind, clock.nowMs())
      : undefined;
    if (!link) {
      throw new Fault('invalid_request', 'this link is invalid, used or expired: ask for another', {
        field: 'token',
      });
    }
    return link;
  }

  return {
    async issue(tx, link) {
      const token = Buffer.from(chance.bytes(TOKEN_BYTES)).toString('base64url');
      const createdMs = clock.nowMs();
      const expiresMs = createdMs + LIFETIME_MS[link.kind];
      await store.within(tx).insert({ ...link, hash: sha256Hex(token), createdMs, expiresMs });
      return { url: `${baseUrl}${PATH[link.kind]}?token=${token}`, expiresMs };
    },
    lastIssuedMs: (tx, kind, userId) => store.within(tx).lastIssuedMs(userId, kind),
    async check(kind, token) {
      await find(store.read, kind, token);
    },
    async use(tx, kind, token) {
      const link = await find(store.within(tx), kind, token);
      await store.within(tx).use(sha256Hex(token), clock.nowMs());
      return link;
    },
    sweep: () => db.write((tx) => store.within(tx).sweep(clock.nowMs())),
  };
}
