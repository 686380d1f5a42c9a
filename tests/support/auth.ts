import { type Auth, createAuth } from '../../src/accounts/auth';
import { createAccountSweepHandler, createResetMailHandler } from '../../src/accounts/jobs';
import { createPasswords } from '../../src/accounts/password';
import type { PasswordHasher } from '../../src/accounts/password-hasher';
import { type Accounts, createAccounts } from '../../src/accounts/service';
import { createSessions } from '../../src/accounts/sessions';
import type { SignupPolicy } from '../../src/accounts/types';
import { createCredits } from '../../src/credits/service';
import { createQueue } from '../../src/jobs/queue';
import { createRunner } from '../../src/jobs/runner';
import { createSqliteEngine } from '../../src/jobs/sqlite/engine';
import { assert } from '../../src/lib/assert';
import { systemChance } from '../../src/lib/ids';
import { createMailHandler } from '../../src/mail/jobs';
import { createMail } from '../../src/mail/service';
import { ManualClock } from './clock';
import { openTestDatabase } from './database';
import { recordingLog } from './log';

const LEASE_MS = 15_000;

/** Counts what the real one would take 40 ms of a core for. */
function countingHasher() {
  const operations: string[] = [];
  const hasher: PasswordHasher = {
    async hash(password) {
      operations.push('hash');
      return `hash of ${password}`;
    },
    async verify(password, hash) {
      operations.push('verify');
      return hash === `hash of ${password}`;
    },
    dummyHash: 'hash of what nobody types',
  };
  return { hasher, operations };
}

export type AuthWorld = Awaited<ReturnType<typeof openAuthWorld>>;

/** Accounts, signing in and mail over a real file, at a clock that stands still. */
export async function openAuthWorld(options: { signup?: SignupPolicy } = {}) {
  const file = await openTestDatabase();
  const clock = new ManualClock();
  const log = recordingLog();
  const ports = { db: file.db, clock, log, chance: systemChance };
  const engine = createSqliteEngine(file.db);
  const queue = createQueue({ engine, clock, log });
  const credits = createCredits(ports);
  const mail = createMail({ ...ports, queue });
  const { hasher, operations } = countingHasher();
  const shared = {
    ...ports,
    queue,
    credits,
    mail,
    passwords: createPasswords({ hasher }),
    sessions: createSessions(ports),
  };
  const accounts: Accounts = createAccounts(shared);
  const auth: Auth = createAuth({
    ...shared,
    signup: options.signup ?? 'open',
    baseUrl: 'https://sonde.example.com/',
  });
  const handlers = [
    createMailHandler({ mail, chance: systemChance }),
    createResetMailHandler(auth),
    createAccountSweepHandler(auth),
  ];
  const runner = createRunner({
    ...ports,
    engine,
    queue,
    handlers,
    leaseMs: LEASE_MS,
    graceMs: 0,
  });
  return {
    ...shared,
    accounts,
    auth,
    clock,
    log,
    /** What was done with passwords, in order. */
    operations,
    /** Performs what is due now. */
    async runJobs(): Promise<void> {
      for (const { kind } of handlers) {
        for (const job of await queue.claim(kind, 100, LEASE_MS)) await runner.perform(job);
      }
    },
    /** The token of the newest link that was mailed to the address. */
    async mailedToken(email: string): Promise<string> {
      const outbox = await mail.list({ limit: 100, offset: 0 });
      const text = outbox.find((message) => message.recipient === email)?.text;
      const token = /token=([\w-]+)/.exec(text ?? '')?.[1];
      assert(token, `a link was mailed to ${email}`);
      return token;
    },
    close: file.close,
  };
}
