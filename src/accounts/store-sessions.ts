import { eq } from 'drizzle-orm';
import type { Connection } from '../db/client';
import { refreshToken, session } from '../db/schema/accounts';
import type { AuthenticatedUser } from './types';

/** A refresh token with what decides whether it is good. */
export interface RefreshTokenState {
  sessionId: string;
  userId: string;
  /** Of the token, and of the one that is in force. */
  generation: number;
  currentGeneration: number;
  rotatedMs: number | null;
  expiresMs: number;
  /** When the session began, and now. */
  epoch: number;
  currentEpoch: number;
}

export interface SessionUser extends Omit<AuthenticatedUser, 'isAdmin'> {
  role: 'member' | 'admin';
  epoch: number;
  /** 1 while the session goes on. */
  hasSession: number;
}

export function sessionStore({ drizzle, prepare }: Connection) {
  // Asked at every request of a person: one row by its key, and one look into another table.
  const userOf = prepare<SessionUser>(`
    SELECT id AS userId, email, role, status, session_epoch AS epoch,
      EXISTS (SELECT 1 FROM session WHERE id = :sessionId AND user_id = user.id) AS hasSession
    FROM user WHERE id = :userId`);
  const tokenByHash = prepare<RefreshTokenState>(`
    SELECT session.id AS sessionId, session.user_id AS userId,
      refresh_token.generation AS generation, session.generation AS currentGeneration,
      refresh_token.rotated_ms AS rotatedMs, session.expires_ms AS expiresMs,
      session.epoch AS epoch, user.session_epoch AS currentEpoch
    FROM refresh_token
    JOIN session ON session.id = refresh_token.session_id
    JOIN user ON user.id = session.user_id
    WHERE refresh_token.hash = :hash`);
  const sweep = prepare<never>(`
    DELETE FROM session WHERE expires_ms <= :nowMs
      OR epoch <> (SELECT session_epoch FROM user WHERE id = session.user_id)`);
  return {
    async userOf(userId: string, sessionId: string): Promise<SessionUser | undefined> {
      return userOf.get({ userId, sessionId });
    },
    async insert(row: typeof session.$inferInsert, tokenHash: string): Promise<void> {
      await drizzle.insert(session).values(row);
      await drizzle
        .insert(refreshToken)
        .values({ hash: tokenHash, sessionId: row.id, generation: 0 });
    },
    async tokenByHash(hash: string): Promise<RefreshTokenState | undefined> {
      return tokenByHash.get({ hash });
    },
    /** The token with this hash gives its place to its successor. */
    async rotate(
      hash: string,
      successor: { hash: string; sessionId: string; generation: number },
      times: { nowMs: number; expiresMs: number },
    ): Promise<void> {
      await drizzle
        .update(refreshToken)
        .set({ rotatedMs: times.nowMs })
        .where(eq(refreshToken.hash, hash));
      await drizzle.insert(refreshToken).values(successor);
      await drizzle
        .update(session)
        .set({ generation: successor.generation, expiresMs: times.expiresMs })
        .where(eq(session.id, successor.sessionId));
    },
    /** With all its tokens. */
    async delete(sessionId: string): Promise<void> {
      await drizzle.delete(session).where(eq(session.id, sessionId));
    },
    /** Those that have expired, or were ended with all others of their user. */
    async sweep(nowMs: number): Promise<void> {
      await sweep.run({ nowMs });
    },
  };
}
