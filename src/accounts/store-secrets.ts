import { eq } from 'drizzle-orm';
import type { Connection } from '../db/client';
import { secret } from '../db/schema/accounts';

export function secretStore({ drizzle }: Connection) {
  return {
    /** The one that is there already, or this one, kept from now on. */
    async ensure(name: string, bytes: Uint8Array): Promise<Uint8Array> {
      await drizzle
        .insert(secret)
        .values({ name, bytes: Buffer.from(bytes) })
        .onConflictDoNothing();
      const row = await drizzle
        .select({ bytes: secret.bytes })
        .from(secret)
        .where(eq(secret.name, name))
        .get();
      return row?.bytes ?? bytes;
    },
  };
}
