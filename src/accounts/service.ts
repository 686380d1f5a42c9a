import type { Credits } from '../credits/service';
import type { Bound, Db } from '../db/database';
import type { Transaction } from '../db/write';
import type { Clock } from '../lib/clock';
import { Fault } from '../lib/fault';
import { type Chance, isUuid } from '../lib/ids';
import type { Log } from '../lib/log';
import { checkedName } from './names';
import type { Oidc } from './oidc';
import { createPasswords, type Passwords } from './password';
import { checkedEmail, createRegister, normalEmail } from './registration';
import { createSessions, type Sessions } from './sessions';
import { accountStore } from './store';
import { userSearchStore } from './store-search';
import { accountStatisticsStore } from './store-statistics';
import type { AuthenticatedUser, NewUser, Profile, User } from './types';

/** The account that the command line works for while there is no other. Nobody can sign in to it. */
const OPERATOR_EMAIL = 'operator@sonde.localhost';

export interface AccountsDeps {
  db: Db;
  clock: Clock;
  chance: Chance;
  log: Log;
  credits: Credits;
  /** The process's own; one of the defaults if absent. */
  passwords?: Passwords;
  sessions?: Sessions;
  /** Absent when no issuer is configured. */
  oidc?: Oidc | undefined;
}

export type Accounts = ReturnType<typeof createAccounts>;

/** The users: who they are and what an admin does to them. How they sign in is in `auth.ts`. */
export function createAccounts(deps: AccountsDeps) {
  const { oidc, passwords = createPasswords(), sessions = createSessions(deps) } = deps;
  const store = deps.db.bind(accountStore);
  const register = createRegister(deps);

  /** Throws Fault `invalid_request` (email, password) or `conflict` (the address is taken). */
  async function create(input: NewUser): Promise<User> {
    const email = checkedEmail(input.email);
    const passwordHash = input.password === null ? null : await passwords.hash(input.password);
    return deps.db.write((tx) =>
      register(tx, { email, passwordHash, role: input.role, status: 'active' }),
    );
  }

  /** Throws Fault `not_found` with the remedy. */
  async function byEmail(email: string): Promise<User> {
    const user = await store.read.byEmail(normalEmail(email));
    if (!user)
      throw new Fault('not_found', `no user has the address ${email}: see \`sonde user list\``, {
        field: 'user',
      });
    return user;
  }

  /**
   * Whom the command line works for when it is not told: the only user, else the first admin,
   * else an operator account that is made now.
   */
  async function operator(): Promise<User> {
    const firstTwo = await store.read.list(2, 0);
    if (firstTwo.length === 1 && firstTwo[0]) return firstTwo[0];
    const admin = await store.read.firstAdmin();
    if (admin) return admin;
    const existing = await store.read.byEmail(OPERATOR_EMAIL);
    return existing ?? create({ email: OPERATOR_EMAIL, password: null, role: 'admin' });
  }

  /**
   * Whom an access token of ours, or else of the configured issuer, stands for; a suspended user too.
   * Undefined for any other token. Throws Fault as `Oidc.authenticate` does, and never for a token of
   * ours: those work on while the issuer does not.
   */
  async function authenticate(token: string): Promise<AuthenticatedUser | undefined> {
    return (await sessions.authenticate(token)) ?? oidc?.authenticate(token);
  }

  return {
    create,
    byEmail,
    operator,
    /** False while no account has a password or an outside identity. */
    canAnybodySignIn: () => store.read.canAnybodySignIn(),
    /** The first admin there is; else one that is made now, without a password. */
    async firstAdmin(email: string): Promise<User> {
      const admin = await store.read.firstAdmin();
      return admin ?? create({ email, password: null, role: 'admin' });
    },
    byId: (id: string) => store.read.byId(id),
    list: (page: { limit: number; offset: number }) => store.read.list(page.limit, page.offset),
    authenticate,
    ...profileCalls(deps, store),
    ...adminCalls(deps, store),
  };
}

type Store = Bound<ReturnType<typeof accountStore>>;

/** What users see and change of themselves. */
function profileCalls(deps: AccountsDeps, store: Store) {
  return {
    profile: (id: string): Promise<Profile | undefined> => store.read.profile(id),

    /** Throws Fault `invalid_request`. */
    async setNames(id: string, names: { firstName: string; lastName: string }): Promise<void> {
      const firstName = checkedName(names.firstName, 'first_name');
      const lastName = checkedName(names.lastName, 'last_name');
      await deps.db.write((tx) => store.within(tx).setNames(id, firstName, lastName));
    },

    async setMarketing(id: string, enabled: boolean): Promise<void> {
      const agreedMs = enabled ? deps.clock.nowMs() : null;
      await deps.db.write((tx) => store.within(tx).setMarketing(id, agreedMs));
    },
  };
}

function adminCalls(deps: AccountsDeps, store: Store) {
  const statistics = deps.db.bind(accountStatisticsStore);
  const finder = deps.db.bind(userSearchStore);

  async function exists(tx: Transaction, id: string): Promise<User> {
    const user = await store.within(tx).byId(id);
    if (!user) throw new Fault('not_found', `no user has the id ${id}`, { field: 'id' });
    return user;
  }

  return {
    /** Part of an address or a name, whatever its case, or a whole id; all users for an empty `q`.
     * Newest first. */
    async search(query: { q: string; limit: number; offset: number }): Promise<Profile[]> {
      const { limit, offset } = query;
      const q = normalEmail(query.q);
      const ids = isUuid(q)
        ? [q.toLowerCase()].slice(offset, offset + limit)
        : await finder.read.search(q, limit, offset);
      const found = await Promise.all(ids.map((id) => store.read.profile(id)));
      return found.filter((profile) => profile !== undefined);
    },

    /**
     * Joins a write. A suspension ends every session at once; its end lets the user sign in again.
     * False when nothing changed. Throws Fault `not_found`.
     */
    async setSuspended(tx: Transaction, id: string, suspended: boolean): Promise<boolean> {
      await exists(tx, id);
      return suspended
        ? store.within(tx).suspend(id, deps.clock.nowMs())
        : store.within(tx).unsuspend(id);
    },

    /** Joins a write. Throws Fault `not_found`, or `conflict` for a user who does not wait for it. */
    async approve(tx: Transaction, id: string): Promise<void> {
      const { email, status } = await exists(tx, id);
      if (await store.within(tx).approve(id, deps.clock.nowMs())) return;
      throw new Fault('conflict', `${email} is ${status}, and waits for no approval`, {
        field: 'user',
      });
    },

    counts: (): Promise<{ users: number; suspended: number }> => statistics.read.counts(),

    /** Days (UTC, by their first moment) on which anybody signed up. */
    signupsByDay: (sinceMs: number): Promise<{ dayMs: number; count: number }[]> =>
      statistics.read.signupsByDay(sinceMs),
  };
}
