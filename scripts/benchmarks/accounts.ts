import { Database } from 'bun:sqlite';
import { join } from 'node:path';
import { freshFolder, load, type Server, seed, startServer } from './binary';
import { type Figure, median, percentile } from './figures';

const PASSWORD = 'correct horse battery';
const USERS = 100_000;
const JOBS = 1_000_000;
const DAY_MS = 86_400_000;
const LOGIN_CONNECTIONS = 100;
const QUESTIONS = 200;
const PROBE_EVERY_MS = 10;

/** Signing in, and what a dashboard and an admin look at when there is much of it. */
export async function accountFigures(): Promise<Figure[]> {
  const folder = freshFolder();
  try {
    const { email } = seed(folder.path);
    fill(join(folder.path, 'sonde.db'), email);
    const server = await startServer(folder.path, { SONDE_RUNNER: 'off' });
    const token = await signIn(server, email);
    const me = await load(`${server.url}/api/auth/me`, token, 'GET');
    const search = await medianOf(server, token, (index) => `/api/admin/users?q=${word(index)}`);
    const usage = await medianOf(server, token, () => '/api/dashboard/usage');
    const logins = await underLogins(server, email);
    await server.stop();
    if (!me.statuses['200']) throw new Error(`/me answered ${JSON.stringify(me.statuses)}`);
    return [
      {
        name: 'GET /api/auth/me',
        value: me.perSecond,
        unit: '/s',
        bound: 15_000,
        wants: 'at least',
      },
      {
        name: 'sign-ins, 100 at once',
        value: logins.perSecond,
        unit: '/s',
        bound: 25,
        wants: 'at least',
      },
      {
        name: '/health p99 meanwhile',
        value: logins.healthP99Ms,
        unit: 'ms',
        bound: 50,
        wants: 'at most',
      },
      { name: 'search 100,000 users, p50', value: search, unit: 'ms', bound: 20, wants: 'at most' },
      {
        name: 'usage over 1,000,000 jobs, p50',
        value: usage,
        unit: 'ms',
        bound: 30,
        wants: 'at most',
      },
    ];
  } finally {
    folder.remove();
  }
}

/** Users with names of their own, and one user's jobs over the last thirty days. */
function fill(path: string, email: string): void {
  const database = new Database(path, { readwrite: true });
  const nowMs = Date.now();
  const addUser = database.query(
    `INSERT INTO user (id, email, role, status, created_ms) VALUES (?, ?, 'member', 'active', ?)`,
  );
  database.transaction(() => {
    for (let index = 0; index < USERS; index++)
      addUser.run(Bun.randomUUIDv7(), `${word(index)}.${index}@example.com`, nowMs - index);
  })();
  const addJob = database.query(`
    INSERT INTO job (id, kind, user_id, state, priority, cost, attempts, max_attempts, fence, due_ms,
      created_ms, ended_ms)
    VALUES (?1, 'research', ?2, 'done', 0, 1, 1, 1, 1, ?3, ?3, ?3)`);
  const addResearch = database.query(`
    INSERT INTO research (job_id, user_id, question, mode, request, held_micros, charged_micros,
      created_ms)
    VALUES (?1, ?2, 'How high is it?', 'lite', '{}', 50000000, 50000000, ?3)`);
  const { id } = database.query('SELECT id FROM user WHERE email = ?').get(email) as { id: string };
  database.transaction(() => {
    for (let index = 0; index < JOBS; index++) {
      const jobId = Bun.randomUUIDv7();
      const createdMs = nowMs - Math.floor((index / JOBS) * 30 * DAY_MS);
      addJob.run(jobId, id, createdMs);
      addResearch.run(jobId, id, createdMs);
    }
  })();
  database.close();
}

/** The same for the same index: three syllables, so that a search finds some users and not most. */
function word(index: number): string {
  const syllables = ['ka', 'lo', 'mi', 'ru', 'te', 'sa', 'no', 'vi', 'be', 'du', 'fa'];
  const at = (divisor: number) => syllables[Math.floor(index / divisor) % syllables.length] ?? '';
  return `${at(1)}${at(11)}${at(121)}${at(1331)}`;
}

async function signIn(server: Server, email: string): Promise<string> {
  const answer = await fetch(`${server.url}/api/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password: PASSWORD }),
  });
  const { access_token: token } = (await answer.json()) as { access_token?: string };
  if (!token) throw new Error(`signing in answered ${answer.status}`);
  return token;
}

async function medianOf(
  server: Server,
  token: string,
  path: (index: number) => string,
): Promise<number> {
  const headers = { authorization: `Bearer ${token}` };
  const spentMs: number[] = [];
  for (let index = 0; index < QUESTIONS; index++) {
    const startMs = performance.now();
    const answer = await fetch(server.url + path(index * 37), { headers });
    if (!answer.ok) throw new Error(`${path(index)} answered ${answer.status}`);
    await answer.arrayBuffer();
    spentMs.push(performance.now() - startMs);
  }
  return median(spentMs);
}

/** Many sign in at once; meanwhile one asks for /health. */
async function underLogins(server: Server, email: string) {
  const body = JSON.stringify({ email, password: PASSWORD });
  const options = { connections: LOGIN_CONNECTIONS };
  let isOver = false;
  const loading = load(`${server.url}/api/auth/login`, '', 'POST', body, options).finally(() => {
    isOver = true;
  });
  const healthMs: number[] = [];
  while (!isOver) {
    const startMs = performance.now();
    await (await fetch(`${server.url}/health`)).arrayBuffer();
    healthMs.push(performance.now() - startMs);
    await Bun.sleep(PROBE_EVERY_MS);
  }
  const { perSecond, statuses } = await loading;
  if (Object.keys(statuses).join() !== '200')
    throw new Error(`signing in answered ${JSON.stringify(statuses)}`);
  return { perSecond, healthP99Ms: percentile(healthMs, 0.99) };
}
