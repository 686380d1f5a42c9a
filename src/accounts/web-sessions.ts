import { type Adapter, Lucia, TimeSpan } from 'lucia';
import type { Bound, Db } from '../db/database';
import { AssertionError } from '../lib/assert';
import type { Clock } from '../lib/clock';
import { type Chance, sha256Hex } from '../lib/ids';
import { createSecrets } from './secrets';
import { webSessionStore } from './store-web-sessions';
import type { SessionOwner, WebUser } from './types';

const ID_BYTES = 32;
const ID_SHAPE = /^[\w-]{43}$/;
const LIFETIME_MS = 30 * 24 * 3_600_000;

interface UserAttributes extends Omit<WebUser, 'userId'> {}
interface SessionAttributes {
  epoch: number;
}
type BrowserLucia = Lucia<SessionAttributes, UserAttributes>;

declare module 'lucia' {
  interface Register {
    Lucia: BrowserLucia;
    DatabaseUserAttributes: UserAttributes;
    DatabaseSessionAttributes: SessionAttributes;
  }
}

/** What a form's token is derived from: a session, or a cookie of a browser that has none yet. */
export type FormOrigin = { session: string } | { guest: string };

/** The sessions of browsers. Their ids are random, stand in cookies, and are never stored. */
export interface WebSessions {
  /** Resolves to the id of a new session. It is worth nothing if the epoch is no longer the user's. */
  start(owner: SessionOwner): Promise<string>;
  /** Undefined for an id that is unknown or expired, or whose session has ended. A session that is
   * used goes on: 30 days from then. */
  find(id: string): Promise<WebUser | undefined>;
  /** Nothing happens for an id that is unknown. */
  end(id: string): Promise<void>;
  /** Proves that a form comes from a page that we sent to the same browser. */
  formToken(origin: FormOrigin): Promise<string>;
  /** Removes what can never be used again. */
  sweep(): Promise<void>;
}

export function createWebSessions(deps: { db: Db; clock: Clock; chance: Chance }): WebSessions {
  const store = deps.db.bind(webSessionStore);
  const secrets = createSecrets(deps);
  const lucia: BrowserLucia = new Lucia(adapterOver(deps, store), {
    sessionExpiresIn: new TimeSpan(LIFETIME_MS, 'ms'),
    getUserAttributes: (user) => user,
    getSessionAttributes: (session) => session,
  });

  return {
    async start({ userId, epoch }) {
      const sessionId = Buffer.from(deps.chance.bytes(ID_BYTES)).toString('base64url');
      await lucia.createSession(userId, { epoch }, { sessionId });
      return sessionId;
    },
    async find(id) {
      if (!ID_SHAPE.test(id)) return undefined;
      const { user } = await lucia.validateSession(id);
      if (!user) return undefined;
      const { id: userId, ...attributes } = user;
      return { userId, ...attributes };
    },
    async end(id) {
      if (ID_SHAPE.test(id)) await lucia.invalidateSession(id);
    },
    async formToken(origin) {
      const [kind, value] =
        'session' in origin ? ['session', origin.session] : ['guest', origin.guest];
      return new Bun.CryptoHasher('sha256', await secrets.get('form_token'))
        .update(`${kind}/${value}`)
        .digest('base64url');
    },
    sweep: () => lucia.deleteExpiredSessions(),
  };
}

/** Lucia goes by the system's time: its dates are the same distance from now as ours. */
function adapterOver(
  { db, clock }: { db: Db; clock: Clock },
  store: Bound<ReturnType<typeof webSessionStore>>,
): Adapter {
  const dateOf = (expiresMs: number) => new Date(Date.now() + expiresMs - clock.nowMs());
  const msOf = (expiresAt: Date) => expiresAt.getTime() - Date.now() + clock.nowMs();
  return {
    async getSessionAndUser(id) {
      const row = await store.read.find(sha256Hex(id));
      if (!row) return [null, null];
      const { userId, email, status, role, epoch, currentEpoch, expiresMs } = row;
      const session = { id, userId, expiresAt: dateOf(expiresMs), attributes: { epoch } };
      // Lucia ends a session without a user.
      if (epoch !== currentEpoch || status === 'suspended') return [session, null];
      const emailVerified = row.emailVerified === 1;
      const hasPassword = row.hasPassword === 1;
      const isAdmin = role === 'admin';
      return [
        session,
        { id: userId, attributes: { email, status, isAdmin, emailVerified, hasPassword } },
      ];
    },
    async setSession({ id, userId, expiresAt, attributes }) {
      const times = { createdMs: clock.nowMs(), expiresMs: msOf(expiresAt) };
      await db.write((tx) =>
        store.within(tx).insert({ hash: sha256Hex(id), userId, ...attributes, ...times }),
      );
    },
    updateSessionExpiration: (id, expiresAt) =>
      db.write((tx) => store.within(tx).extend(sha256Hex(id), msOf(expiresAt))),
    deleteSession: (id) => db.write((tx) => store.within(tx).delete(sha256Hex(id))),
    deleteExpiredSessions: () => db.write((tx) => store.within(tx).sweep(clock.nowMs())),
    getUserSessions: () => Promise.reject(new AssertionError('ids of sessions are not stored')),
    deleteUserSessions: () => Promise.reject(new AssertionError("a user's epoch ends them all")),
  };
}
