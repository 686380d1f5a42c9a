import type { Db } from '../db/database';
import type { Transaction } from '../db/write';
import type { Clock } from '../lib/clock';
import { Fault } from '../lib/fault';
import { type Chance, sha256Hex } from '../lib/ids';
import type { Log } from '../lib/log';
import { createAccessTokens } from './access-token';
import { createSecrets } from './secrets';
import { type RefreshTokenState, sessionStore } from './store-sessions';
import type { AuthenticatedUser } from './types';

const TOKEN_BYTES = 32;
const TOKEN_SHAPE = /^[\w-]{43}$/;
const LIFETIME_MS = 30 * 24 * 3_600_000;
/** Two tabs that refresh at the same moment send the same token: the second is no thief. */
const GRACE_MS = 5_000;

export interface Sessions {
  /** Joins a write. The session is worth nothing if `epoch` is no longer the user's. */
  start(tx: Transaction, userId: string, epoch: number): Promise<Session>;
  /** The session's access token. Signing waits for other threads: not inside a write. */
  sign(session: Session): Promise<string>;
  /** Throws Fault `unauthenticated`. A token that was replaced before ends its whole session. */
  refresh(refreshToken: string): Promise<Session>;
  /** Nothing happens for a token that is unknown. */
  end(refreshToken: string): Promise<void>;
  /** Undefined for a token that is invalid or expired, or whose session has ended. A suspended user
   * is told from that, though all sessions of theirs have ended. */
  authenticate(accessToken: string): Promise<AuthenticatedUser | undefined>;
  /** Removes what can never be used again. */
  sweep(): Promise<void>;
}

export interface Session {
  sessionId: string;
  userId: string;
  epoch: number;
  /** The one that is good now. */
  refreshToken: string;
}

type Rotation =
  | { outcome: 'rotated'; sessionId: string; userId: string; epoch: number }
  | { outcome: 'refused' }
  | { outcome: 'reused'; sessionId: string; userId: string };

/**
 * A session is the family of refresh tokens that descend from one signing-in. Only the newest is
 * good; its immediate predecessor is for 5 s more, and answers with the same successor. That is
 * possible because a successor is derived (HMAC-SHA-256 with a key of ours over the token that it
 * replaces), so that both askers hold one token and the family never branches. Any other use of a
 * replaced token means that two parties hold the family, and ends it (RFC 9700, section 4.14.2).
 */
export function createSessions(deps: { db: Db; clock: Clock; chance: Chance; log: Log }): Sessions {
  const { db, clock, chance, log } = deps;
  const store = db.bind(sessionStore);
  const secrets = createSecrets(deps);
  const accessTokens = createAccessTokens({ clock, secrets });

  async function rotate(tx: Transaction, token: string, successor: string): Promise<Rotation> {
    const hash = sha256Hex(token);
    const nowMs = clock.nowMs();
    const state = await store.within(tx).tokenByHash(hash);
    if (!state || state.expiresMs <= nowMs || state.epoch !== state.currentEpoch)
      return { outcome: 'refused' };
    const { sessionId, userId, epoch } = state;
    if (state.rotatedMs === null) {
      await store
        .within(tx)
        .rotate(
          hash,
          { hash: sha256Hex(successor), sessionId, generation: state.generation + 1 },
          { nowMs, expiresMs: nowMs + LIFETIME_MS },
        );
    } else if (!isInGrace(state, state.rotatedMs, nowMs)) {
      await store.within(tx).delete(sessionId);
      return { outcome: 'reused', sessionId, userId };
    }
    return { outcome: 'rotated', sessionId, userId, epoch };
  }

  return {
    async start(tx, userId, epoch) {
      const sessionId = chance.id();
      const refreshToken = Buffer.from(chance.bytes(TOKEN_BYTES)).toString('base64url');
      const createdMs = clock.nowMs();
      await store
        .within(tx)
        .insert(
          { id: sessionId, userId, epoch, createdMs, expiresMs: createdMs + LIFETIME_MS },
          sha256Hex(refreshToken),
        );
      return { sessionId, userId, epoch, refreshToken };
    },

    sign: (session) => accessTokens.sign(session),

    async refresh(refreshToken) {
      if (!TOKEN_SHAPE.test(refreshToken)) throw refused();
      const successor = successorOf(refreshToken, await secrets.get('refresh_token'));
      // A reuse is answered outside: a body that throws would take back that it ended the session.
      const rotation = await db.write((tx) => rotate(tx, refreshToken, successor));
      if (rotation.outcome === 'reused') {
        const { sessionId, userId } = rotation;
        log.warn('accounts.session_reuse', { sessionId, userId, hint: 'its session was ended' });
      }
      if (rotation.outcome !== 'rotated') throw refused();
      const { sessionId, userId, epoch } = rotation;
      return { sessionId, userId, epoch, refreshToken: successor };
    },

    async end(refreshToken) {
      if (!TOKEN_SHAPE.test(refreshToken)) return;
      await db.write(async (tx) => {
        const state = await store.within(tx).tokenByHash(sha256Hex(refreshToken));
        if (state) await store.within(tx).delete(state.sessionId);
      });
    },

    async authenticate(accessToken) {
      const claims = await accessTokens.verify(accessToken);
      if (!claims) return undefined;
      const user = await store.read.userOf(claims.userId, claims.sessionId);
      if (!user) return undefined;
      const { userId, email, status } = user;
      const isOver = user.hasSession === 0 || user.epoch !== claims.epoch;
      if (isOver && status !== 'suspended') return undefined;
      return { userId, email, status, isAdmin: user.role === 'admin' };
    },

    sweep: () => db.write((tx) => store.within(tx).sweep(clock.nowMs())),
  };
}

function isInGrace(state: RefreshTokenState, rotatedMs: number, nowMs: number): boolean {
  return state.generation === state.currentGeneration - 1 && nowMs - rotatedMs <= GRACE_MS;
}

function successorOf(token: string, secret: Uint8Array): string {
  return new Bun.CryptoHasher('sha256', secret).update(token).digest('base64url');
}

function refused(): Fault {
  return new Fault('unauthenticated', 'this refresh token is invalid or expired: sign in again', {
    field: 'refresh_token',
  });
}
