import { SQLiteError } from 'bun:sqlite';
import { mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { migrations } from '../migrations/index';
import { createAuth } from './accounts/auth';
import { createGoogleSignIn } from './accounts/google';
import { createIdentities } from './accounts/identities';
import { googleSettings, oidcSettings } from './accounts/issuer-settings';
import { createAccountSweepHandler, createResetMailHandler, SWEEP_ACCOUNTS } from './accounts/jobs';
import { createOidc } from './accounts/oidc';
import { createPasswords } from './accounts/password';
import { createAccounts } from './accounts/service';
import { createSessions } from './accounts/sessions';
import type { SignupPolicy } from './accounts/types';
import { createWebSessions } from './accounts/web-sessions';
import { createAnnounce } from './api/announce';
import { createAudit } from './audit/service';
import { createStripeEvents } from './billing/events';
import { createBilling } from './billing/service';
import { createPool } from './compute/pool';
import { localUrl } from './config/address';
import type { Options } from './config/options';
import { createAdjustments } from './credits/adjustment';
import { createPlanPeriodHandler, PLAN_PERIOD } from './credits/jobs';
import { type Credits, createCredits } from './credits/service';
import { createStatements } from './credits/statement';
import { openDatabase } from './db/database';
import { migrate } from './db/migrate';
import { createDriver } from './hosts/push';
import { createHosts } from './hosts/service';
import { createCron } from './jobs/cron';
import { createQueue, type Queue } from './jobs/queue';
import { createRunner } from './jobs/runner';
import { createSqliteEngine } from './jobs/sqlite/engine';
import { createKeys } from './keys/service';
import { systemClock } from './lib/clock';
import { Fault } from './lib/fault';
import { systemChance } from './lib/ids';
import { createLog, type LogFormat, type LogLevel } from './lib/log';
import { USD_MICROS_PER_USD } from './lib/money';
import { createSweepHandler, SWEEP } from './library/jobs';
import { createLibrary } from './library/service';
import type { ParseInput } from './library/types';
import { createMailHandler, createMailSweepHandler, SWEEP_MAIL } from './mail/jobs';
import { createMail, type Mail } from './mail/service';
import { createSmtpTransport } from './mail/smtp';
import type { MailTransport } from './mail/types';
import { createAddressPolicy } from './net/addresses';
import { createApiFetch } from './net/api-fetch';
import { createDestinationCheck } from './net/destination';
import { createFormPost } from './net/form-post';
import { createGuardedFetch } from './net/guarded-fetch';
import { createGuardedPost } from './net/guarded-post';
import { createGuardedStream } from './net/guarded-stream';
import { createOperatorApi } from './net/operator-api';
import { createPoliteFetch } from './net/politeness';
import { createLibraryProvider } from './research/adapters/library';
import { createPageReader } from './research/adapters/reader';
import type { SearchProviders } from './research/adapters/registry';
import { createResearchHandler } from './research/jobs';
import { createLlmModels } from './research/llm/setup';
import { createResearchOverview } from './research/overview';
import { createReplays } from './research/replay';
import { createResearch } from './research/service';
import type { Stages } from './research/thinking';
import { createUserJobs } from './research/user-jobs';
import { createSupport } from './support/service';
import type { Tasks } from './tasks';
import { version } from './version';
import { createWebhookHandler, createWebhookSweepHandler, SWEEP_WEBHOOKS } from './webhooks/jobs';
import { createWebhooks } from './webhooks/service';

const TASK_TIMEOUT_MS = 60_000;
const WORKER_IDLE_MS = 30_000;
const MAX_USUAL_WORKERS = 4;
const MAX_REDIRECTS = 5;
/** Of a webhook's receiver: how long it may take, and how much of its answer is kept. */
const WEBHOOK_LIMITS = { timeoutMs: 15_000, headBytes: 1_000 };
/** Of an answer that a model writes while we read: the model may have to be loaded first. */
const STREAM_LIMITS = { headersMs: 300_000, stallMs: 60_000, maxBytes: 64 * 1024 * 1024 };
/** Of a stream, in which each token comes with hundreds of bytes about it. */
const MAX_LLM_ANSWER_BYTES = 8 * 1024 * 1024;
/** Every night, at an hour when few ask. */
const NIGHTLY = '17 3 * * *';

export type Core = ReturnType<typeof openCore>;

/** Builds everything from the options; the only place where parts are wired to one another. */
export function openCore(options: Options) {
  // Before anything is opened: what is half configured refuses to start.
  const issuers = { oidc: oidcSettings(options), google: googleSettings(options) };
  const ports = openPorts(options);
  const features = openFeatures(options, ports, issuers);
  const work = openWork(options, ports, features);
  return {
    options,
    ...ports,
    ...features,
    ...work,
    /** Finishes what is being written, and lets go of the file. */
    async close(): Promise<void> {
      ports.pool.close();
      await ports.db.close();
    },
  };
}

type Ports = ReturnType<typeof openPorts>;

/** What reaches the world outside: time, chance, the file, the threads, the network. */
function openPorts(options: Options) {
  const clock = systemClock;
  const log = createLog({
    level: options.logLevel as LogLevel,
    format: options.logFormat as LogFormat,
    write: (line) => process.stderr.write(line),
    nowMs: clock.nowMs,
  });
  const path = databasePath(options.dataDir);
  const userAgent = `SondeBot/${version}${options.contact ? ` (+mailto:${options.contact})` : ''}`;
  const net = {
    clock,
    userAgent,
    allow: options.fetchAllow,
    limits: {
      maxBytes: options.fetchMaxBytes,
      timeoutMs: options.fetchTimeoutMs,
      maxRedirects: MAX_REDIRECTS,
    },
  };
  const { backupPath } = migrateOrFault(path);
  if (backupPath) log.info('database.backed_up', { path: backupPath });
  return {
    clock,
    chance: systemChance,
    log,
    path,
    db: openDatabase(path),
    userAgent,
    checkDestination: createDestinationCheck({ clock, allow: options.fetchAllow }),
    formPost: createFormPost({
      clock,
      policy: createAddressPolicy(options.fetchAllow),
      userAgent,
    }),
    // The name is a plain string relative to the entry points: only so a compiled binary finds it.
    pool: createPool<Tasks>(
      { spawn: () => new Worker('./worker.ts'), clock, log },
      {
        size: options.workers || usualWorkers(),
        taskTimeoutMs: TASK_TIMEOUT_MS,
        idleMs: WORKER_IDLE_MS,
      },
    ),
    fetch: createPoliteFetch({
      fetch: createGuardedFetch(net),
      clock,
      maxAtOnce: options.siteConcurrency,
      minGapMs: options.siteGapMs,
    }),
    api: createApiFetch(net),
    post: createGuardedPost({ ...net, limits: WEBHOOK_LIMITS }),
    stream: createGuardedStream({ ...net, limits: STREAM_LIMITS }),
  };
}

/** Each takes memory of its own. */
function usualWorkers(): number {
  return Math.min(availableParallelism(), MAX_USUAL_WORKERS);
}

type Features = ReturnType<typeof openFeatures>;

/** Who else may say who somebody is; undefined for none. */
interface Issuers {
  oidc: ReturnType<typeof oidcSettings>;
  google: ReturnType<typeof googleSettings>;
}

function openFeatures(options: Options, ports: Ports, issuers: Issuers) {
  const { db, clock, log, path, pool } = ports;
  const engine = createSqliteEngine(db);
  const queue = createQueue({ engine, clock, log });
  const credits = createCredits({ db, clock, log });
  const keys = createKeys(ports);
  const parse = (input: ParseInput) => pool.run('parse', input);
  const library = createLibrary({
    ...ports,
    parse,
    chunk: (text, pageStarts) => pool.run('chunk', { text, pageStarts }),
    search: (userId, query, limit, depth) =>
      pool.run('search', { path, userId, query, limit, depth }),
    limits: { maxDocumentBytes: options.documentMaxBytes },
  });
  const stages: Stages = {
    analyse: (input) => pool.run('analyse', input),
    synthesize: (input) => pool.run('synthesize', input),
    fillTyped: (input) => pool.run('fillTyped', input),
  };
  const research = createResearch({ ...ports, queue, credits, keys, library, parse });
  const hosts = createHosts({
    ...ports,
    queue,
    credits,
    keys,
    drive: createDriver({ ...ports, http: ports.stream }),
    options: {
      operatorSharePercent: options.operatorSharePercent,
      openRegistration: options.hostRegistration === 'open',
      maxPriceUsd: options.hostMaxPriceUsdMicros / USD_MICROS_PER_USD,
    },
  });
  const llm = createLlmModels({
    ...ports,
    api: llmApi(options, ports),
    hosts,
    options,
    tools: {
      excerpt: (input) => pool.run('excerpt', input),
      locate: (input) => pool.run('locate', input),
    },
  });
  const audit = createAudit(ports);
  const mail = createMail({ ...ports, queue, transport: mailTransport(options) });
  return {
    engine,
    queue,
    credits,
    parse,
    library,
    keys,
    hosts,
    audit,
    mail,
    webhooks: createWebhooks({ ...ports, queue, mail }),
    ...openAccounts(options, ports, { queue, credits, mail, issuers }),
    billing: createBilling(),
    adjustments: createAdjustments(ports),
    statements: createStatements(ports),
    stripeEvents: createStripeEvents({ db, audit, handlers: new Map() }),
    support: createSupport({ ...ports, audit, mail }),
    researchOverview: createResearchOverview(ports),
    userJobs: createUserJobs(ports),
    research,
    stages,
    llm,
    replays: createReplays({ db, library, research, stages, llm }),
  };
}

/** Passwords and sessions are one for the process: what they bound is the process's. */
function openAccounts(
  options: Options,
  ports: Ports,
  features: { queue: Queue; credits: Credits; mail: Mail; issuers: Issuers },
) {
  const passwords = createPasswords({ minLength: options.passwordMinLength });
  const sessions = createSessions(ports);
  const signup = options.signup as SignupPolicy;
  const baseUrl = options.baseUrl || localUrl(options.host, options.port);
  const parts = { ...ports, ...features, passwords, sessions };
  const identities = createIdentities({ ...parts, signup });
  const { oidc, google } = features.issuers;
  return {
    webSessions: createWebSessions(ports),
    google: google && createGoogleSignIn(google, { ...ports, post: ports.formPost, identities }),
    accounts: createAccounts({
      ...parts,
      oidc: oidc && createOidc(oidc, { ...ports, identities }),
    }),
    auth: createAuth({ ...parts, signup, baseUrl }),
  };
}

function mailTransport({ smtpUrl, mailFrom }: Options): MailTransport | undefined {
  if (smtpUrl === '') return undefined;
  return createSmtpTransport({ url: smtpUrl, from: mailFrom });
}

/** What goes on by itself once it is started. */
function openWork(options: Options, ports: Ports, features: Features) {
  const { pool, fetch } = ports;
  const { engine, queue, library, parse } = features;
  let providers: Promise<SearchProviders> | undefined;
  /** Loaded for the first who searches; one for the process. */
  const searchProviders = () => {
    providers ??= import('./research/adapters/registry').then(({ createSearchProviders }) =>
      createSearchProviders(ports, options),
    );
    return providers;
  };
  const researchHandler = createResearchHandler({
    ...ports,
    ...features,
    announce: createAnnounce(features.webhooks),
    reader: createPageReader({
      fetch,
      parse,
      content: (input) => pool.run('content', input),
    }),
    providers: async (userId, wanted) => [
      ...(wanted.library ? [createLibraryProvider({ library, userId })] : []),
      ...(wanted.web ? (await searchProviders()).active : []),
    ],
    concurrency: options.researchConcurrency,
  });
  const { leaseMs, graceMs } = options;
  const { credits, mail, auth, webSessions, webhooks } = features;
  const { chance, log } = ports;
  const handlers = [
    researchHandler,
    createSweepHandler(library),
    createPlanPeriodHandler({ credits, log }),
    createMailHandler({ mail, chance }),
    createMailSweepHandler(mail),
    createResetMailHandler(auth),
    createAccountSweepHandler(auth, webSessions),
    createWebhookHandler(webhooks),
    createWebhookSweepHandler(webhooks),
  ];
  const entries = [
    { name: 'sweep-snapshots', expression: NIGHTLY, kind: SWEEP },
    { name: 'sweep-mail', expression: NIGHTLY, kind: SWEEP_MAIL },
    { name: 'sweep-accounts', expression: NIGHTLY, kind: SWEEP_ACCOUNTS },
    { name: 'sweep-webhooks', expression: NIGHTLY, kind: SWEEP_WEBHOOKS },
    // Idempotent for each month: an hour after it begins at the latest, everybody is in it.
    { name: 'plan-period', expression: '0 * * * *', kind: PLAN_PERIOD },
  ];
  return {
    searchProviders,
    runner: createRunner({ ...ports, engine, queue, handlers, leaseMs, graceMs }),
    cron: createCron({ ...ports, engine, queue, entries }),
  };
}

/** To where the operator put the model, on whatever network that is: the address is the operator's
 * own word, and no redirect leads away from it. */
function llmApi({ llmTimeoutMs: timeoutMs }: Options, { clock, userAgent }: Ports) {
  return createOperatorApi({
    clock,
    userAgent,
    limits: { maxBytes: MAX_LLM_ANSWER_BYTES, timeoutMs },
  });
}

function databasePath(dataDir: string): string {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? 'unknown reason';
    throw new Fault(
      'invalid_request',
      `the data folder ${dataDir} cannot be made (${reason}): set --data or SONDE_DATA`,
      {
        field: 'data',
        cause,
      },
    );
  }
  return join(dataDir, 'sonde.db');
}

/** The first touch of the file: here it shows whether it can be used at all. */
function migrateOrFault(path: string) {
  try {
    return migrate(path, migrations);
  } catch (cause) {
    if (!(cause instanceof SQLiteError)) throw cause;
    throw new Fault(
      'unavailable',
      `the database ${path} cannot be used (${cause.message}): make its folder writable, or choose another with --data or SONDE_DATA`,
      { field: 'data', cause },
    );
  }
}
