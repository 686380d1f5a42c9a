import { join } from 'node:path';
import questions from '../docs/example-questions.json';
import { progressText } from '../src/api/progress';

/**
 * Starts the binary. On a fresh data folder it also makes an admin, a key and the example library,
 * and asks the first question over HTTP, as any client would. With `--once` it asks in any case,
 * stops after the answer, and exits 0 only if the brief rests on cited findings.
 */
const ROOT = join(import.meta.dir, '..');
const BINARY = join(ROOT, 'dist/sonde');
const EXAMPLES = join(ROOT, 'docs/examples');
const WELCOME_CREDITS = '2000';
const START_TIMEOUT_MS = 15_000;
const POLL_MS = 20;

const once = process.argv.includes('--once');
const dataDir = process.env.SONDE_DATA ?? join(ROOT, 'data');
const port = process.env.SONDE_PORT ?? '8787';
const environment = { ...process.env, SONDE_DATA: dataDir };

interface Result {
  id: string;
  status: string;
  brief: string | null;
  findings: { quotes: unknown[] }[];
}

function sonde<T>(...args: string[]): T {
  const run = Bun.spawnSync([BINARY, ...args, '--json'], { env: environment, stderr: 'inherit' });
  if (!run.success && run.stdout.length === 0) fail(`sonde ${args.slice(0, 2).join(' ')} failed`);
  return JSON.parse(run.stdout.toString()) as T;
}

function fail(message: string): never {
  console.error(`error: ${message}`);
  server?.kill();
  process.exit(1);
}

let server: Bun.Subprocess | undefined;

async function startServer(): Promise<string> {
  server = Bun.spawn([BINARY, 'serve', '--port', port], {
    env: { ...environment, SONDE_LOG_LEVEL: process.env.SONDE_LOG_LEVEL ?? 'warn' },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const url = `http://127.0.0.1:${port}`;
  const deadlineMs = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadlineMs && server.exitCode === null) {
    const answer = await fetch(`${url}/health`).catch(() => undefined);
    // A server of an earlier start answers too; ours would have ended by then.
    if (answer?.ok && server.exitCode === null) return url;
    await Bun.sleep(POLL_MS);
  }
  return fail(`the server did not start on port ${port}; set SONDE_PORT for another one`);
}

/** The admin whom `serve` made; its sign-in link is in what `serve` printed. */
function equipAdmin(): string {
  const email = process.env.SONDE_ADMIN_EMAIL ?? 'admin@sonde.localhost';
  sonde('credits', 'grant', '--user', email, '--credits', WELCOME_CREDITS, '--note', 'welcome');
  const key = createKey(email);
  console.log(`\nAdmin     ${email}   (sign in by the link above)`);
  console.log(`API key   ${key}   (shown this once)`);
  const added = sonde<{ documents: unknown[] }>(
    'library',
    'add',
    EXAMPLES,
    '--user',
    email,
    '--shared',
  );
  console.log(`Library   ${added.documents.length} example documents`);
  return key;
}

function createKey(email: string): string {
  return sonde<{ plaintext: string }>('key', 'create', '--user', email, '--name', 'scripts/start')
    .plaintext;
}

/** Submits, shows each event as it comes, and answers the finished job. */
async function ask(url: string, key: string, question: string): Promise<Result> {
  const authorization = `Bearer ${key}`;
  console.log(`\nQuestion  ${question}\n`);
  const accepted = await fetch(`${url}/v1/research`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify({ question, mode: 'standard', async: true, search: { web: false } }),
  });
  if (accepted.status !== 202) fail(`the job was not accepted: ${await accepted.text()}`);
  const { status_url, events_url } = (await accepted.json()) as {
    status_url: string;
    events_url: string;
  };
  const events = await fetch(url + events_url, { headers: { authorization } });
  await showEvents(events);
  const answer = await fetch(url + status_url, { headers: { authorization } });
  return (await answer.json()) as Result;
}

async function showEvents(answer: Response): Promise<void> {
  if (!answer.body) fail('the server sent no events');
  let pending = '';
  for await (const chunk of answer.body.pipeThrough(new TextDecoderStream())) {
    const blocks = (pending + chunk).split('\n\n');
    pending = blocks.pop() ?? '';
    for (const block of blocks) {
      const type = /^event: (.*)$/m.exec(block)?.[1];
      const data = /^data: (.*)$/m.exec(block)?.[1];
      const text = type && data ? progressText({ type, data }) : undefined;
      if (text) console.log(`  · ${text.length > 110 ? `${text.slice(0, 109)}…` : text}`);
    }
  }
}

function printAnswer(id: string): void {
  console.log('');
  Bun.spawnSync([BINARY, 'job', 'show', id], {
    env: environment,
    stdout: 'inherit',
    stderr: 'inherit',
  });
}

function printNext(url: string, key: string): void {
  const next = questions[1]?.question ?? 'What does our library say about …?';
  const body = JSON.stringify({ question: next, mode: 'lite' }).replaceAll("'", "'\\''");
  console.log(`\nAsk the next question:\n
  curl -s ${url}/v1/research \\
    -H 'Authorization: Bearer ${key}' \\
    -H 'Content-Type: application/json' \\
    -d '${body}'\n`);
}

const users = sonde<{ email: string; role: string }[]>('user', 'list');
const isFresh = users.length === 0;
const url = await startServer();
const stop = (signal: NodeJS.Signals) => server?.kill(signal);
process.on('SIGINT', () => stop('SIGINT'));
process.on('SIGTERM', () => stop('SIGTERM'));
let isAnswered = false;

if (isFresh || once) {
  const email = users.find((user) => user.role === 'admin')?.email ?? users[0]?.email;
  const key = isFresh || !email ? equipAdmin() : createKey(email);
  const result = await ask(
    url,
    key,
    questions[0]?.question ?? fail('there is no example question'),
  );
  printAnswer(result.id);
  printNext(url, key);
  isAnswered =
    result.status === 'completed' &&
    /\[\d+\]/.test(result.brief ?? '') &&
    result.findings.some((finding) => finding.quotes.length > 0);
}

if (once) {
  stop('SIGTERM');
  await server?.exited;
  process.exit(isAnswered ? 0 : 1);
}
console.log(
  `Sonde is up at ${url}   (API reference: ${url}/api/docs, data: ${dataDir}, stop: Ctrl-C)`,
);
process.exit(await (server as Bun.Subprocess).exited);
