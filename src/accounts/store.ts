import { and, asc, eq, sql } from 'drizzle-orm';
import type { Connection } from '../db/client';
import { user } from '../db/schema/accounts';
import type { AuthenticatedUser, Profile, Role, User, UserStatus } from './types';

export type NewUserRow = typeof user.$inferInsert;

/** What signing in compares and what its session is bound to. */
export interface Credentials {
  id: string;
  passwordHash: string | null;
  status: UserStatus;
  epoch: number;
}

/** Who a request is by, and the epoch that their sessions and remembered passwords are bound to. */
export interface Standing extends Omit<AuthenticatedUser, 'isAdmin'> {
  role: Role;
  epoch: number;
}

const publicColumns = {
  id: user.id,
  email: user.email,
  role: user.role,
  status: user.status,
  createdMs: user.createdMs,
};

const credentialColumns = {
  id: user.id,
  passwordHash: user.passwordHash,
  status: user.status,
  epoch: user.sessionEpoch,
};

const hasAddress = sql`${user.email} = ${sql.placeholder('email')} COLLATE NOCASE`;
const hasId = eq(user.id, sql.placeholder('id'));

export function accountStore({ drizzle, prepare }: Connection) {
  const canAnybodySignIn = prepare<{ answer: 0 | 1 }>(`
    SELECT EXISTS (SELECT 1 FROM user WHERE password_hash IS NOT NULL)
      OR EXISTS (SELECT 1 FROM identity) AS answer`);
  const byId = drizzle.select(publicColumns).from(user).where(hasId).prepare();
  const byEmail = drizzle.select(publicColumns).from(user).where(hasAddress).prepare();
  const credentialsById = drizzle.select(credentialColumns).from(user).where(hasId).prepare();
  const credentialsByEmail = drizzle
    .select(credentialColumns)
    .from(user)
    .where(hasAddress)
    .prepare();
  const credentialsByUsername = drizzle
    .select(credentialColumns)
    .from(user)
    .where(eq(user.username, sql.placeholder('username')))
    .prepare();
  const standing = prepare<Standing>(`
    SELECT id AS userId, email, role, status, session_epoch AS epoch FROM user WHERE id = :id`);
  const rowById = drizzle.select().from(user).where(hasId).prepare();
  return {
    async insert(row: NewUserRow): Promise<void> {
      await drizzle.insert(user).values(row);
    },
    async byId(id: string): Promise<User | undefined> {
      return byId.get({ id });
    },
    async byEmail(email: string): Promise<User | undefined> {
      return byEmail.get({ email });
    },
    async credentialsById(id: string): Promise<Credentials | undefined> {
      return credentialsById.get({ id });
    },
    async credentialsByEmail(email: string): Promise<Credentials | undefined> {
      return credentialsByEmail.get({ email });
    },
    /** Whatever the case of the name: the column compares so. */
    async credentialsByUsername(username: string): Promise<Credentials | undefined> {
      return credentialsByUsername.get({ username });
    },
    standing: (id: string) => standing.get({ id }),
    async profile(id: string): Promise<Profile | undefined> {
      const row = rowById.get({ id });
      return row && profileOf(row);
    },
    /** The first one made is the first in the list. */
    async list(limit: number, offset: number): Promise<User[]> {
      return drizzle
        .select(publicColumns)
        .from(user)
        .orderBy(asc(user.createdMs), asc(user.id))
        .limit(limit)
        .offset(offset);
    },
    async canAnybodySignIn(): Promise<boolean> {
      return (await canAnybodySignIn.get())?.answer === 1;
    },
    async firstAdmin(): Promise<User | undefined> {
      return drizzle
        .select(publicColumns)
        .from(user)
        .where(eq(user.role, 'admin'))
        .orderBy(asc(user.createdMs), asc(user.id))
        .limit(1)
        .get();
    },
    ...changes(drizzle),
  };
}

function changes(drizzle: Connection['drizzle']) {
  return {
    async setNames(id: string, firstName: string, lastName: string): Promise<void> {
      await drizzle.update(user).set({ firstName, lastName }).where(eq(user.id, id));
    },
    async setMarketing(id: string, marketingAgreedMs: number | null): Promise<void> {
      await drizzle.update(user).set({ marketingAgreedMs }).where(eq(user.id, id));
    },
    /** The first proof stands. */
    async setVerified(id: string, nowMs: number): Promise<void> {
      await drizzle
        .update(user)
        .set({ emailVerifiedMs: sql`coalesce(${user.emailVerifiedMs}, ${nowMs})` })
        .where(eq(user.id, id));
    },
    /** Ends every session. False, and nothing changed, when they were ended since `epoch`. */
    async setPassword(id: string, epoch: number, passwordHash: string): Promise<boolean> {
      const rows = await drizzle
        .update(user)
        .set({ passwordHash, sessionEpoch: epoch + 1 })
        .where(and(eq(user.id, id), eq(user.sessionEpoch, epoch)))
        .returning({ id: user.id });
      return rows.length === 1;
    },
    /** Ends every session. False when the user was suspended already. */
    async suspend(id: string, nowMs: number): Promise<boolean> {
      const rows = await drizzle
        .update(user)
        .set({
          status: 'suspended',
          suspendedMs: nowMs,
          sessionEpoch: sql`${user.sessionEpoch} + 1`,
        })
        .where(and(eq(user.id, id), sql`${user.status} <> 'suspended'`))
        .returning({ id: user.id });
      return rows.length === 1;
    },
    /** Back to what it was: a user whom nobody let in is pending again. */
    async unsuspend(id: string): Promise<boolean> {
      const rows = await drizzle
        .update(user)
        .set({
          status: sql`CASE WHEN ${user.approvedMs} IS NULL THEN 'pending' ELSE 'active' END`,
          suspendedMs: null,
        })
        .where(and(eq(user.id, id), eq(user.status, 'suspended')))
        .returning({ id: user.id });
      return rows.length === 1;
    },
    async approve(id: string, nowMs: number): Promise<boolean> {
      const rows = await drizzle
        .update(user)
        .set({ status: 'active', approvedMs: nowMs })
        .where(and(eq(user.id, id), eq(user.status, 'pending')))
        .returning({ id: user.id });
      return rows.length === 1;
    },
  };
}

function profileOf(row: typeof user.$inferSelect): Profile {
  return {
    id: row.id,
    email: row.email,
    username: row.username,
    firstName: row.firstName ?? '',
    lastName: row.lastName ?? '',
    emailVerified: row.emailVerifiedMs !== null,
    isAdmin: row.role === 'admin',
    marketingEmailsEnabled: row.marketingAgreedMs !== null,
    status: row.status,
    suspendedMs: row.suspendedMs,
    createdMs: row.createdMs,
  };
}
