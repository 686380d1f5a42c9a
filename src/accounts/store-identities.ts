import type { Connection } from '../db/client';
import { identity } from '../db/schema/identities';
import type { Role, UserStatus } from './types';

export interface IdentityUserRow {
  userId: string;
  email: string;
  role: Role;
  status: UserStatus;
  epoch: number;
}

export function identityStore({ drizzle, prepare }: Connection) {
  // Asked at every request that brings an issuer's token: two rows, each by its key.
  const userOf = prepare<IdentityUserRow>(`
    SELECT user.id AS userId, user.email AS email, user.role AS role, user.status AS status,
      user.session_epoch AS epoch
    FROM identity JOIN user ON user.id = identity.user_id
    WHERE identity.issuer = :issuer AND identity.subject = :subject`);
  const ownerOf = prepare<IdentityUserRow & { isVerified: 0 | 1 }>(`
    SELECT id AS userId, email, role, status, session_epoch AS epoch,
      email_verified_ms IS NOT NULL AS isVerified
    FROM user WHERE email = :email`);
  return {
    async userOf(issuer: string, subject: string): Promise<IdentityUserRow | undefined> {
      return userOf.get({ issuer, subject });
    },
    /** Whose account has the address, and whether the user proved to read its mail. */
    async ownerOf(email: string) {
      return ownerOf.get({ email });
    },
    async insert(row: typeof identity.$inferInsert): Promise<void> {
      await drizzle.insert(identity).values(row);
    },
  };
}
