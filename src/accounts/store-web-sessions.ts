import { eq } from 'drizzle-orm';
import type { Connection } from '../db/client';
import { webSession } from '../db/schema/web-sessions';
import type { UserStatus } from './types';

/** A session with its user, and whether it goes on. */
export interface WebSessionRow {
  userId: string;
  email: string;
  role: 'member' | 'admin';
  status: UserStatus;
  emailVerified: 0 | 1;
  hasPassword: 0 | 1;
  /** When the session began, and now. */
  epoch: number;
  currentEpoch: number;
  expiresMs: number;
}

export function webSessionStore({ drizzle, prepare }: Connection) {
  // Asked at every page that is shown to somebody who is signed in.
  const find = prepare<WebSessionRow>(`
    SELECT user.id AS userId, user.email AS email, user.role AS role, user.status AS status,
      user.email_verified_ms IS NOT NULL AS emailVerified,
      user.password_hash IS NOT NULL AS hasPassword,
      web_session.epoch AS epoch, user.session_epoch AS currentEpoch,
      web_session.expires_ms AS expiresMs
    FROM web_session JOIN user ON user.id = web_session.user_id
    WHERE web_session.hash = :hash`);
  const sweep = prepare<never>(`
    DELETE FROM web_session WHERE expires_ms <= :nowMs
      OR epoch <> (SELECT session_epoch FROM user WHERE id = web_session.user_id)`);
  return {
    async find(hash: string): Promise<WebSessionRow | undefined> {
      return find.get({ hash });
    },
    async insert(row: typeof webSession.$inferInsert): Promise<void> {
      await drizzle.insert(webSession).values(row);
    },
    async extend(hash: string, expiresMs: number): Promise<void> {
      await drizzle.update(webSession).set({ expiresMs }).where(eq(webSession.hash, hash));
    },
    async delete(hash: string): Promise<void> {
      await drizzle.delete(webSession).where(eq(webSession.hash, hash));
    },
    /** Those that have expired, or were ended with all others of their user. */
    async sweep(nowMs: number): Promise<void> {
      await sweep.run({ nowMs });
    },
  };
}
