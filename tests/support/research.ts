import { Database } from 'bun:sqlite';
import { createCredits } from '../../src/credits/service';
import { createQueue } from '../../src/jobs/queue';
import { createSqliteEngine } from '../../src/jobs/sqlite/engine';
import { createKeys } from '../../src/keys/service';
import { systemChance } from '../../src/lib/ids';
import { creditsToMicros } from '../../src/lib/money';
import { createLibrary } from '../../src/library/service';
import { createResearch } from '../../src/research/service';
import { createSettlement } from '../../src/research/settlement';
import type { ResearchRequest } from '../../src/research/types';
import { openAnnouncing } from './announcing';
import { ManualClock } from './clock';
import { openTestDatabase } from './database';
import { silentLog } from './log';

export const question: ResearchRequest = {
  question: 'How long is the bridge?',
  mode: 'lite',
  maxCredits: null,
  maxWallclockSeconds: null,
  responseSchema: null,
  sources: [],
  search: { library: true, web: false },
  language: 'en',
};

/** Research with everything that is paid and counted, and nobody who performs the jobs: a test ends
 * them by `finish`, or lets the queue do it. */
export async function openResearch(nowMs: number) {
  const file = await openTestDatabase();
  const { db } = file;
  const clock = new ManualClock(nowMs);
  const ports = { db, clock, chance: systemChance, log: silentLog };
  const engine = createSqliteEngine(db);
  const queue = createQueue({ engine, clock, log: silentLog });
  const credits = createCredits(ports);
  const keys = createKeys(ports);
  const parse = () => Promise.reject(new Error('nothing is parsed here'));
  const library = createLibrary({
    ...ports,
    parse,
    fetch: { get: () => Promise.reject(new Error('nothing is fetched here')) },
    search: async () => [],
    chunk: async () => [],
    limits: { maxDocumentBytes: 1_000 },
  });
  const research = createResearch({ ...ports, queue, credits, keys, library, parse });
  const announcing = openAnnouncing({ ...ports, queue });
  const settlement = createSettlement({ db, queue, credits, keys, ...announcing });
  queue.onEnded('research', settlement.release);
  return {
    ...ports,
    file,
    queue,
    credits,
    keys,
    research,
    webhooks: announcing.webhooks,
    /** An active user with so many credits. */
    async addUser(id: string, grantedCredits: number): Promise<void> {
      const raw = new Database(file.path, { readwrite: true });
      raw
        .query(`INSERT INTO user (id, email, role, status, created_ms)
          VALUES (?, ?, 'member', 'active', 0)`)
        .run(id, `${id}@example.com`);
      raw.close();
      await db.write(async (tx) => {
        await credits.open(tx, id);
        const amountMicros = creditsToMicros(grantedCredits);
        const gift = { id: `gift ${id}`, userId: id, bucket: 'purchased', note: '' } as const;
        await credits.grant(tx, { ...gift, amountMicros });
      });
    },
    /** Ends the user's next job as its handler would. */
    async finish(chargedCredits: number): Promise<void> {
      const [job] = await queue.claim('research', 1, 30_000);
      if (!job) throw new Error('no job is queued');
      const { row } = await research.get(job.id, null);
      const chargedMicros = creditsToMicros(chargedCredits);
      const charge = { status: 'completed', heldMicros: row.heldMicros, chargedMicros } as const;
      await queue.finish(job, {
        state: 'done',
        error: null,
        by: 'handler',
        commit: (tx) => settlement.settle(tx, job, charge),
      });
    },
  };
}
