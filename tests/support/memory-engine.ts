import type { Transaction } from '../../src/db/write';
import type {
  Again,
  Claim,
  CronRow,
  Job,
  JobCount,
  JobEngine,
  JobEvent,
  JobStore,
} from '../../src/jobs/types';
import { AssertionError, assert } from '../../src/lib/assert';

interface Row {
  job: Job;
  cost: number;
  startTag: number | null;
}

/** Rows are never changed in place, so a copy of the maps is a snapshot. */
interface Tables {
  rows: Map<string, Row>;
  virtualTimes: Map<string, number>;
  finishTags: Map<string, number>;
  events: Map<string, JobEvent[]>;
  cron: Map<string, CronRow>;
}

/**
 * The second engine of the contract suite: it has nothing in common with SQLite but the contract.
 * Bodies run one after another on a copy, which replaces what is committed when the body succeeds.
 */
export function createMemoryEngine(): JobEngine {
  let committed: Tables = {
    rows: new Map(),
    virtualTimes: new Map(),
    finishTags: new Map(),
    events: new Map(),
    cron: new Map(),
  };
  let active: { tx: Transaction; store: JobStore } | undefined;
  let last: Promise<unknown> = Promise.resolve();

  async function runBody<T>(body: (tx: Transaction) => Promise<T>): Promise<T> {
    const callbacks: (() => void)[] = [];
    const tx: Transaction = { afterCommit: (callback) => callbacks.push(callback) };
    const working = copyOf(committed);
    active = { tx, store: storeOver(() => working) };
    try {
      const value = await body(tx);
      committed = working;
      for (const callback of callbacks) callback();
      return value;
    } finally {
      active = undefined;
    }
  }

  return {
    write(body) {
      const turn = last.then(() => runBody(body));
      last = turn.catch(() => {});
      return turn;
    },
    jobs: {
      read: storeOver(() => committed),
      within(tx) {
        assert(active?.tx === tx, 'a store runs inside its transaction');
        return active.store;
      },
    },
  };
}

function copyOf(tables: Tables): Tables {
  return {
    rows: new Map(tables.rows),
    virtualTimes: new Map(tables.virtualTimes),
    finishTags: new Map(tables.finishTags),
    events: new Map(tables.events),
    cron: new Map(tables.cron),
  };
}

function storeOver(tables: () => Tables): JobStore {
  return {
    ...rowStore(tables),
    ...claimStore(tables),
    ...eventStore(tables),
    ...cronStore(tables),
  };
}

const laneOf = (job: Job) => JSON.stringify([job.kind, job.priority]);
const byId = (a: Row, b: Row) => (a.job.id < b.job.id ? -1 : 1);

const flowOf = (job: Job) => JSON.stringify([job.kind, job.priority, job.userId]);

/** The row with the tag of a job that enters the fair queue now. */
function entered({ virtualTimes, finishTags }: Tables, row: Row): Row {
  const flow = flowOf(row.job);
  const startTag = Math.max(virtualTimes.get(laneOf(row.job)) ?? 0, finishTags.get(flow) ?? 0);
  finishTags.set(flow, startTag + row.cost);
  return { ...row, startTag };
}

function reach({ virtualTimes }: Tables, { job, startTag }: Row): void {
  const lane = laneOf(job);
  virtualTimes.set(lane, Math.max(virtualTimes.get(lane) ?? 0, startTag ?? 0));
}

function held(tables: Tables, { id, fence }: Claim): Row | undefined {
  const row = tables.rows.get(id);
  return row?.job.state === 'running' && row.job.fence === fence ? row : undefined;
}

function rowStore(
  tables: () => Tables,
): Pick<JobStore, 'get' | 'getByIdempotencyKey' | 'list' | 'counts' | 'insert'> {
  const jobs = () => [...tables().rows.values()].map((row) => row.job);
  return {
    get: async (id) => tables().rows.get(id)?.job,
    getByIdempotencyKey: async (userId, key) =>
      jobs().find((job) => job.userId === userId && job.idempotencyKey === key),
    list: async ({ userId, kind, state, limit, offset }) =>
      jobs()
        .filter((job) => userId === undefined || job.userId === userId)
        .filter((job) => kind === undefined || job.kind === kind)
        .filter((job) => state === undefined || job.state === state)
        .sort((a, b) => (a.id < b.id ? 1 : -1))
        .slice(offset, offset + limit),
    async counts() {
      const counts = new Map<string, JobCount>();
      for (const { kind, state } of jobs()) {
        if (state !== 'queued' && state !== 'running') continue;
        const count = counts.get(`${kind} ${state}`)?.count ?? 0;
        counts.set(`${kind} ${state}`, { kind, state, count: count + 1 });
      }
      return [...counts.values()].sort((a, b) =>
        `${a.kind} ${a.state}` < `${b.kind} ${b.state}` ? -1 : 1,
      );
    },
    async insert(job, cost) {
      const { rows } = tables();
      if (rows.has(job.id)) throw new AssertionError(`the job ${job.id} is there already`);
      const waiting: Row = { job, cost, startTag: null };
      const row = job.dueMs <= job.createdMs ? entered(tables(), waiting) : waiting;
      rows.set(job.id, row);
      if (job.state === 'running') reach(tables(), row);
      return row.startTag;
    },
  };
}

type ClaimStore = Pick<
  JobStore,
  | 'dueKinds'
  | 'claim'
  | 'claimOne'
  | 'ready'
  | 'isHeld'
  | 'renew'
  | 'end'
  | 'requeue'
  | 'requestCancel'
  | 'expired'
>;

function claimStore(tables: () => Tables): ClaimStore {
  const put = (row: Row, change: Partial<Job>, tags: Partial<Row> = {}): Job => {
    const job = { ...row.job, ...change };
    tables().rows.set(job.id, { ...row, ...tags, job });
    return job;
  };
  const queued = (kind: string) =>
    [...tables().rows.values()].filter(({ job }) => job.kind === kind && job.state === 'queued');
  const waiting = (kind: string, nowMs: number) =>
    queued(kind).filter((row) => row.startTag === null && row.job.dueMs <= nowMs);
  const ready = (kind: string, nowMs: number) =>
    queued(kind).filter(
      ({ job, startTag }) => startTag !== null && (job.deadlineMs ?? Infinity) > nowMs,
    );
  const startedBefore = (a: Row, b: Row) =>
    b.job.priority - a.job.priority || (a.startTag ?? 0) - (b.startTag ?? 0) || byId(a, b);

  const start = (row: Row, nowMs: number, leasedUntilMs: number): Job => {
    reach(tables(), row);
    return put(row, {
      state: 'running',
      fence: row.job.fence + 1,
      attempts: row.job.attempts + 1,
      leasedUntilMs,
      startedMs: row.job.startedMs ?? nowMs,
    });
  };

  return {
    dueKinds: async (kinds, nowMs) =>
      kinds.filter((kind) => ready(kind, nowMs).length + waiting(kind, nowMs).length > 0),
    async claim(kind, limit, nowMs, leasedUntilMs) {
      const due = waiting(kind, nowMs).sort((a, b) => a.job.dueMs - b.job.dueMs || byId(a, b));
      for (const row of due) tables().rows.set(row.job.id, entered(tables(), row));
      const turn = ready(kind, nowMs).sort(startedBefore).slice(0, limit);
      return turn.map((row) => start(row, nowMs, leasedUntilMs));
    },
    async claimOne(id, nowMs, leasedUntilMs) {
      const kind = tables().rows.get(id)?.job.kind ?? '';
      const row = ready(kind, nowMs).find(({ job }) => job.id === id);
      return row && start(row, nowMs, leasedUntilMs);
    },
    ready: async (kind, nowMs) =>
      ready(kind, nowMs)
        .sort(startedBefore)
        .map(({ job, startTag }) => ({ id: job.id, priority: job.priority, place: startTag ?? 0 })),
    isHeld: async (claim) => held(tables(), claim) !== undefined,
    async renew(claim, leasedUntilMs) {
      const row = held(tables(), claim);
      return row && { cancelRequestedMs: put(row, { leasedUntilMs }).cancelRequestedMs };
    },
    async end(claim, from, { state, error }, endedMs) {
      const row = tables().rows.get(claim.id);
      if (row?.job.state !== from || row.job.fence !== claim.fence) return false;
      const tags = from === 'queued' ? { startTag: null } : {};
      if (from === 'queued' && row.startTag !== null) {
        const { finishTags } = tables();
        finishTags.set(flowOf(row.job), (finishTags.get(flowOf(row.job)) ?? 0) - row.cost);
      }
      put(row, { state, error, endedMs, leasedUntilMs: null }, tags);
      return true;
    },
    async requeue(claim, { keepsPlace, ...change }: Again) {
      const row = held(tables(), claim);
      const tags = keepsPlace ? {} : { startTag: null };
      return row && put(row, { ...change, state: 'queued', leasedUntilMs: null }, tags);
    },
    async requestCancel(id, nowMs) {
      const row = tables().rows.get(id);
      if (row) put(row, { cancelRequestedMs: row.job.cancelRequestedMs ?? nowMs });
    },
    expired: async ({ leases, deadlines }, nowMs, limit) =>
      [...tables().rows.values()]
        .map((row) => row.job)
        .filter(({ kind, state, leasedUntilMs, deadlineMs }) => {
          if (state === 'running')
            return leases.includes(kind) && (leasedUntilMs ?? nowMs) <= nowMs;
          return (
            state === 'queued' && deadlines.includes(kind) && (deadlineMs ?? Infinity) <= nowMs
          );
        })
        .slice(0, limit)
        .map((job) => job.id),
  };
}

function eventStore(
  tables: () => Tables,
): Pick<JobStore, 'appendEvent' | 'insertEvent' | 'events'> {
  return {
    async appendEvent(event) {
      const before = tables().events.get(event.jobId) ?? [];
      const stored = { ...event, seq: before.length + 1 };
      tables().events.set(event.jobId, [...before, stored]);
      return stored;
    },
    async insertEvent(event) {
      tables().events.set(event.jobId, [event]);
    },
    events: async (jobId, afterSeq, limit) =>
      (tables().events.get(jobId) ?? []).slice(afterSeq, afterSeq + limit),
  };
}

function cronStore(tables: () => Tables): Pick<JobStore, 'cron' | 'putCron' | 'advanceCron'> {
  return {
    cron: async () => [...tables().cron.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
    async putCron(row) {
      tables().cron.set(row.name, row);
    },
    async advanceCron(name, fromMs, toMs) {
      const row = tables().cron.get(name);
      if (row?.dueMs !== fromMs) return false;
      tables().cron.set(name, { ...row, dueMs: toMs });
      return true;
    },
  };
}
