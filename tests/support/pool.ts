import { createCredits } from '../../src/credits/service';
import { openDatabase } from '../../src/db/database';
import { createHosts } from '../../src/hosts/service';
import type {
  Assignment,
  HostPort,
  Hosts,
  InferenceRequest,
  NewHost,
  StreamPart,
} from '../../src/hosts/types';
import { createQueue } from '../../src/jobs/queue';
import { createSqliteEngine } from '../../src/jobs/sqlite/engine';
import { createKeys } from '../../src/keys/service';
import { systemChance } from '../../src/lib/ids';
import { creditsToMicros } from '../../src/lib/money';
import { ManualClock } from './clock';
import { openTestDatabase } from './database';
import { type RecordingLog, recordingLog } from './log';

export const MODEL = 'tiny/talker';
/** $0.0001: 0.01 credits, of which the operator takes a tenth. */
export const PRICE = 0.0001;
const GRANTED = 1_000;

const ADD_USER = `
  INSERT INTO user (id, email, role, status, created_ms)
  VALUES (:id, :id || '@example.com', 'member', 'active', 0)`;

const NEVER = new AbortController().signal;

/** One server process's pool on a file that others may have open too. */
export interface PoolProcess {
  hosts: Hosts;
  queue: ReturnType<typeof createQueue>;
  credits: ReturnType<typeof createCredits>;
  log: RecordingLog;
}

export async function openPoolWorld() {
  const file = await openTestDatabase();
  const clock = new ManualClock();

  function openProcess(db: typeof file.db): PoolProcess {
    const log = recordingLog();
    const queue = createQueue({ engine: createSqliteEngine(db), clock, log });
    const credits = createCredits({ db, clock, log });
    const deps = { db, clock, chance: systemChance, log };
    const hosts = createHosts({
      ...deps,
      queue,
      credits,
      keys: createKeys(deps),
      checkDestination: async (url) => url,
      drive: () => ({ stop: async () => {} }),
      options: { operatorSharePercent: 10, openRegistration: false, maxPriceUsd: 10 },
    });
    return { hosts, queue, credits, log };
  }

  const here = openProcess(file.db);
  await here.hosts.start();
  const users = file.db.bind(({ prepare }) => {
    const add = prepare<never>(ADD_USER);
    return { add: (id: string) => add.run({ id }) };
  });
  for (const userId of ['ann', 'bob']) {
    await file.db.write(async (tx) => {
      await users.within(tx).add(userId);
      await here.credits.open(tx, userId);
      const amountMicros = creditsToMicros(GRANTED);
      const grant = {
        id: userId,
        userId,
        bucket: 'purchased',
        amountMicros,
        note: 'gift',
      } as const;
      await here.credits.grant(tx, grant);
    });
  }
  return {
    ...here,
    file,
    clock,
    /** Another process on the same file. */
    beside: () => openProcess(file.db),
    /** The server as it comes back: nothing of its memory is left. */
    async restart() {
      await here.hosts.stop();
      const db = openDatabase(file.path);
      const process = openProcess(db);
      await process.hosts.start();
      return { ...process, close: () => process.hosts.stop().then(() => db.close()) };
    },
    async close() {
      await here.hosts.stop();
      await file.close();
    },
  };
}

export type PoolWorld = Awaited<ReturnType<typeof openPoolWorld>>;

export const newHost: NewHost = {
  gpu: 'NVIDIA A100 80GB',
  models: [{ name: MODEL, maxTokens: 4096 }],
  pricePerToken: PRICE,
  pricePerPromptToken: 0,
  backend: 'vllm',
  endpointUrl: null,
  endpointKey: '',
  features: [],
  slots: 4,
};

/** A host that an admin let in with a token. */
export async function joinHost(hosts: Hosts, change: Partial<NewHost> = {}) {
  const joinToken = await hosts.registry.createJoinToken({ lifeMs: 60_000, uses: 1 });
  const { host, key } = await hosts.registry.register(
    { ...newHost, ...change },
    { userId: null, joinToken },
  );
  return { id: host.id, key, port: hosts.registry.port(host.id) };
}

export const runRequest: InferenceRequest = {
  task: 'run',
  model: MODEL,
  inputText: 'Explain quantum computing.',
  messages: [],
  inputs: [],
  maxTokens: 8,
  parameters: { temperature: 0.7 },
  maxPricePerToken: null,
};

export function ask(hosts: Hosts, change: Partial<InferenceRequest> = {}, userId = 'ann') {
  return hosts.inference.submit({ userId, key: null }, { ...runRequest, ...change }, null);
}

/** What the host is given now, without waiting. */
export async function take(port: HostPort, max = 1): Promise<Assignment[]> {
  return await port.nextJobs({ max, waitMs: 0 }, NEVER);
}

export async function takeOne(port: HostPort): Promise<Assignment> {
  const [assignment] = await take(port);
  if (!assignment) throw new Error('there is a job for this host');
  return assignment;
}

/** The deltas as pieces from where the assignment begins. */
export function piecesOf(assignment: Assignment, deltas: string[]) {
  return deltas.map((delta, index) => ({ seq: assignment.nextSeq + index, delta }));
}

/** Reads to the end. */
export async function readAll(hosts: Hosts, id: string, afterSeq = 0): Promise<StreamPart[]> {
  const parts: StreamPart[] = [];
  for await (const part of hosts.inference.follow(id, afterSeq, NEVER)) parts.push(part);
  return parts;
}

export function textOf(parts: StreamPart[]): string {
  return parts.flatMap((part) => (part.type === 'pieces' ? part.pieces : [])).join('');
}
