import { asc, eq, sql } from 'drizzle-orm';
import type { Connection } from '../db/client';
import { user } from '../db/schema/accounts';
import type { User } from './types';

export type UserRow = typeof user.$inferSelect;

const publicColumns = {
  id: user.id,
  email: user.email,
  role: user.role,
  status: user.status,
  createdMs: user.createdMs,
};

export function accountStore({ drizzle }: Connection) {
  const byId = drizzle
    .select(publicColumns)
    .from(user)
    .where(eq(user.id, sql.placeholder('id')))
    .prepare();
  const byEmail = drizzle
    .select(publicColumns)
    .from(user)
    .where(sql`${user.email} = ${sql.placeholder('email')} COLLATE NOCASE`)
    .prepare();
  return {
    async insert(row: UserRow): Promise<void> {
      await drizzle.insert(user).values(row);
    },
    async byId(id: string): Promise<User | undefined> {
      return byId.get({ id });
    },
    async byEmail(email: string): Promise<User | undefined> {
      return byEmail.get({ email });
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
    async firstAdmin(): Promise<User | undefined> {
      return drizzle
        .select(publicColumns)
        .from(user)
        .where(eq(user.role, 'admin'))
        .orderBy(asc(user.createdMs), asc(user.id))
        .limit(1)
        .get();
    },
  };
}
