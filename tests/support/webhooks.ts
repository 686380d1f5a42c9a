import { Database } from 'bun:sqlite';
import type { Db } from '../../src/db/database';
import { createQueue } from '../../src/jobs/queue';
import { createRunner } from '../../src/jobs/runner';
import { createSqliteEngine } from '../../src/jobs/sqlite/engine';
import type { Clock } from '../../src/lib/clock';
import { type Chance, systemChance } from '../../src/lib/ids';
import type { Log } from '../../src/lib/log';
import { createMail } from '../../src/mail/service';
import { createDestinationCheck } from '../../src/net/destination';
import { createGuardedPost, type GuardedPostDeps } from '../../src/net/guarded-post';
import { createWebhookHandler } from '../../src/webhooks/jobs';
import { createWebhooks, DELIVER_WEBHOOK } from '../../src/webhooks/service';
import { onCleanUp } from './cleanup';
import { ManualClock } from './clock';
import { openTestDatabase } from './database';
import { recordingLog } from './log';

export const LEASE_MS = 30_000;
/** Longer than any post, so that one under way is recorded before its process stops. */
const GRACE_MS = 60_000;
export const TIMEOUT_MS = 15_000;

export interface Received {
  path: string;
  headers: Headers;
  body: string;
}

export type Receive = (request: Received, signal: AbortSignal) => Response | Promise<Response>;

/** A user's server on loopback, which keeps what it was sent and answers as it is told. */
export function startReceiver(receive: Receive = () => new Response(null, { status: 204 })) {
  const received: Received[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    idleTimeout: 60,
    async fetch(request) {
      const { pathname } = new URL(request.url);
      const arrived = { path: pathname, headers: request.headers, body: await request.text() };
      received.push(arrived);
      return receive(arrived, request.signal);
    },
  });
  onCleanUp(() => server.stop(true));
  return { url: server.url.href, received };
}

interface ProcessPorts {
  db: Db;
  clock: Clock;
  chance: Chance;
  log: Log;
}

/** What one process has of webhooks; another one has its own queue and runner over the same file. */
export function openProcess(ports: ProcessPorts, guard: Partial<GuardedPostDeps> = {}) {
  const engine = createSqliteEngine(ports.db);
  const queue = createQueue({ ...ports, engine });
  const mail = createMail({ ...ports, queue });
  const post = createGuardedPost({
    clock: ports.clock,
    userAgent: 'SondeBot/test',
    allow: ['127.0.0.0/8'],
    limits: { headBytes: 1_000, timeoutMs: TIMEOUT_MS },
    ...guard,
  });
  const allow = guard.allow ?? ['127.0.0.0/8'];
  const checkDestination = createDestinationCheck({ clock: ports.clock, allow });
  const webhooks = createWebhooks({ ...ports, queue, mail, post, checkDestination });
  const handlers = [createWebhookHandler(webhooks)];
  const times = { leaseMs: LEASE_MS, graceMs: GRACE_MS };
  const runner = createRunner({ ...ports, ...times, engine, queue, handlers });
  return {
    queue,
    mail,
    webhooks,
    runner,
    /** Makes the tries that are due now, all at once; answers how many jobs that were. */
    async runDue(): Promise<number> {
      const jobs = await queue.claim(DELIVER_WEBHOOK, 100, LEASE_MS);
      await Promise.all(jobs.map((job) => runner.perform(job)));
      return jobs.length;
    },
  };
}

export interface WorldOptions {
  nowMs?: number;
  fraction?: () => number;
  guard?: Partial<GuardedPostDeps>;
}

export type WebhookWorld = Awaited<ReturnType<typeof openWebhooks>>;

/** Webhooks over a real file and real HTTP, at a clock that a test moves. */
export async function openWebhooks({ nowMs, fraction, guard }: WorldOptions = {}) {
  const file = await openTestDatabase();
  const clock = new ManualClock(nowMs);
  const chance: Chance = { ...systemChance, fraction: fraction ?? (() => 0.5) };
  const ports = { db: file.db, clock, log: recordingLog(), chance };
  return {
    ...ports,
    ...openProcess(ports, guard),
    path: file.path,
    async addUser(): Promise<string> {
      const id = systemChance.id();
      const raw = new Database(file.path, { readwrite: true });
      raw
        .query(`INSERT INTO user (id, email, role, status, created_ms)
          VALUES (?, ?, 'member', 'active', 0)`)
        .run(id, `${id}@example.com`);
      raw.close();
      return id;
    },
    close: file.close,
  };
}

/** A job that nobody performs, and the webhook that tells about it; answers both ids. */
export async function deliverTo(
  { db, queue, webhooks }: Pick<WebhookWorld, 'db' | 'queue' | 'webhooks'>,
  userId: string,
  url: string,
  body = '{"status":"completed"}',
): Promise<{ id: string; jobId: string }> {
  const jobId = systemChance.id();
  await db.write(async (tx) => {
    await queue.enqueue(tx, { id: jobId, kind: 'work', userId, cost: 1 });
    await webhooks.enqueue(tx, { userId, jobId, url, event: 'research.completed', body });
  });
  const [delivery] = await webhooks.deliveries({ jobId, limit: 1, offset: 0 });
  if (!delivery) throw new Error('the delivery is listed');
  return { id: delivery.id, jobId };
}
