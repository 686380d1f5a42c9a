import { Database } from 'bun:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import packageJson from '../../package.json';
import { buildProgram } from '../../src/cli/program';
import {
  BINARY,
  EXAMPLES,
  run,
  type SeededUser,
  seedUser,
  sonde,
  startServer,
  temporaryFolder,
} from '../support/binary';
import { cleanUp } from '../support/cleanup';

afterAll(cleanUp);

const TURBINES = 'How many turbines does the Halden Strait tidal power plant have?';
const NOBODY = '00000000-0000-7000-8000-000000000000';

let data: string;
let user: SeededUser;

beforeAll(async () => {
  data = temporaryFolder();
  user = await seedUser(data);
});

const lines = (text: string) => text.split('\n').slice(0, -1);

/** The shape of a JSON value: the names and kinds of its fields, of the first item of a list. */
function shapeOf(value: unknown): unknown {
  if (value === null) return 'null';
  if (Array.isArray(value)) return value.length === 0 ? [] : [shapeOf(value[0])];
  if (typeof value !== 'object') return typeof value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, shapeOf(inner)]));
}

describe('the shapes that scripts read', () => {
  /** Runs a command that must succeed with one JSON value, in one line, on standard output. */
  async function shape(...args: string[]): Promise<unknown> {
    const { code, stdout, stderr, json } = await sonde([...args, '--json'], { data });
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.any(String) });
    expect(lines(stdout)).toHaveLength(1);
    return shapeOf(json);
  }

  const document = {
    id: 'string',
    title: 'string',
    origin: 'string',
    media_type: 'string',
    bytes: 'number',
    shared: 'boolean',
    chunk_count: 'number',
    snapshot_hash: 'string',
    created_at: 'string',
  };
  const balance = {
    user: 'string',
    credits_micros: 'number',
    plan_micros: 'number',
    purchased_micros: 'number',
    held_micros: 'number',
  };

  test('user create answers the id and the address, user list the accounts', async () => {
    const account = ['--email', 'shape@example.com', '--password', 'correct horse'];
    expect(await shape('user', 'create', ...account)).toEqual({ id: 'string', email: 'string' });
    expect(await shape('user', 'list')).toEqual([
      { id: 'string', email: 'string', role: 'string', status: 'string', created_at: 'string' },
    ]);
  });

  test('an account that was just made has the credits of this month', async () => {
    const account = ['--email', 'month@example.com', '--password', 'correct horse'];
    await sonde(['user', 'create', ...account], { data });
    const { json } = await sonde(['credits', 'balance', '--user', 'month@example.com', '--json'], {
      data,
    });
    expect([json.plan_micros, json.purchased_micros]).toEqual([500_000_000, 0]);
  });

  test('key create answers the plaintext once, key list never', async () => {
    const created = { id: 'string', prefix: 'string', plaintext: 'string' };
    expect(await shape('key', 'create', '--user', user.email)).toEqual(created);
    expect(await shape('key', 'list', '--user', user.email)).toEqual([
      {
        id: 'string',
        email: 'string',
        name: 'string',
        prefix: 'string',
        created_at: 'string',
        last_used_at: 'null',
        revoked_at: 'null',
      },
    ]);
    const { stdout } = await sonde(['key', 'list', '--json'], { data });
    expect(stdout).not.toContain(user.key);
  });

  test('key revoke answers the id', async () => {
    const { json } = await sonde(['key', 'create', '--user', user.email, '--json'], { data });
    expect(await shape('key', 'revoke', json.id)).toEqual({ id: 'string', revoked: 'boolean' });
  });

  test('credits grant, balance and ledger answer exact integers', async () => {
    const granted = await shape('credits', 'grant', '--user', user.email, '--credits', '0.5');
    expect(granted).toEqual({ ...balance, granted: 'boolean' });
    expect(await shape('credits', 'balance', '--user', user.email)).toEqual(balance);
    expect(await shape('credits', 'ledger', '--user', user.email)).toEqual([
      {
        transfer_id: 'string',
        kind: 'string',
        note: 'string',
        plan_micros: 'number',
        purchased_micros: 'number',
        held_micros: 'number',
        created_at: 'string',
      },
    ]);
  });

  test('a grant with the same --id is given once', async () => {
    const grant = ['credits', 'grant', '--user', user.email, '--credits', '7', '--id', 'once'];
    const first = (await sonde([...grant, '--json'], { data })).json;
    const again = (await sonde([...grant, '--json'], { data })).json;
    expect([first.granted, again.granted]).toEqual([true, false]);
    expect(again.credits_micros).toBe(first.credits_micros);
  });

  test('the library commands, research, the job commands, verify and ledger check', async () => {
    const owner = ['--user', user.email];
    expect(await shape('library', 'add', EXAMPLES, ...owner)).toEqual({
      documents: [{ path: 'string', added: 'boolean', error: 'null', ...document }],
      failed: 'number',
    });
    expect(await shape('library', 'list', ...owner)).toEqual([document]);
    expect(await shape('library', 'search', 'turbines', ...owner)).toEqual([
      {
        document_id: 'string',
        title: 'string',
        origin: 'string',
        text: 'string',
        start: 'number',
        end: 'number',
        score: 'number',
        snapshot_hash: 'string',
      },
    ]);
    const { json: result, stdout } = await sonde(['research', TURBINES, ...owner, '--json'], {
      data,
    });
    expect(lines(stdout)).toHaveLength(1);
    expect(result).toMatchObject({ status: 'completed', question: TURBINES, credits_charged: 200 });
    expect((await sonde(['job', 'show', result.id, '--json'], { data })).json).toEqual(result);
    expect(await shape('job', 'cancel', result.id)).toEqual(shapeOf(result));
    expect(await shape('job', 'list')).toEqual([
      {
        id: 'string',
        created_at: 'string',
        status: 'string',
        question: 'string',
        mode: 'string',
        credits_charged: 'number',
        cost_usd_micros: 'number',
        completed_at: 'string',
        latency_ms: 'number',
        source_count: 'number',
        wave_count: 'number',
      },
    ]);
    expect(await shape('verify', result.id)).toEqual({
      job: 'string',
      ok: 'boolean',
      confirmed: 'number',
      failures: [],
    });
    expect(await shape('ledger', 'check')).toEqual({ ok: 'boolean', discrepancies: [] });
    const listed = (await sonde(['library', 'list', ...owner, '--json'], { data })).json;
    expect(await shape('library', 'remove', listed[0].id, ...owner)).toEqual({
      id: 'string',
      removed: 'boolean',
    });
  });

  test('version and options need no data folder', async () => {
    const { json } = await sonde(['version', '--json'], { data: '/dev/null/nowhere' });
    expect(json).toEqual({
      version: packageJson.version,
      commit: expect.any(String),
      bun: packageJson.engines.bun,
    });
    const { json: options } = await sonde(['options', '--json'], {
      env: { SONDE_OPENALEX_KEY: 'hush', SONDE_DATA: '/dev/null/nowhere' },
    });
    const named = (name: string) => options.find((row: { name: string }) => row.name === name);
    expect(named('SONDE_DATA').value).toBe('/dev/null/nowhere');
    expect(named('SONDE_OPENALEX_KEY').value).toBe('***');
  });

  test('health says whether a server is up', async () => {
    const server = await startServer();
    const port = new URL(server.url).port;
    expect(await shape('health', '--port', port)).toEqual({
      active_hosts: 'number',
      status: 'string',
      version: 'string',
      queued_jobs: 'number',
      running_jobs: 'number',
    });
    expect(await server.stop()).toBe(0);
    const { code, stderr } = await sonde(['health', '--port', port]);
    expect({ code, lines: lines(stderr) }).toEqual({
      code: 1,
      lines: [expect.stringContaining('no server answers')],
    });
  });

  test('without --json the same commands speak to people', async () => {
    const { code, stdout } = await sonde(['research', TURBINES, '--user', user.email], { data });
    expect(code).toBe(0);
    expect(stdout).toMatch(/16 turbines.*\[\d+\]/);
    expect(stdout).toContain('Sources');
    expect(stdout).toMatch(/sonde verify [0-9a-f-]{36}/);
  });
});

describe('help', () => {
  test.each(['--help', '-h', 'help'])('%s names every command', async (flag) => {
    const { code, stdout, stderr } = await sonde([flag]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const command of buildProgram().commands) expect(stdout).toContain(command.name());
  });

  const paths = buildProgram()
    .commands.filter((command) => command.name() !== 'help')
    .flatMap((command) => [
      [command.name()],
      ...command.commands.map((inner) => [command.name(), inner.name()]),
    ]);

  test('help COMMAND shows the usage of every command', async () => {
    for (const path of paths) {
      const [asked, flagged] = await Promise.all([
        sonde(['help', ...path]),
        sonde([...path, '--help']),
      ]);
      expect(asked).toMatchObject({ code: 0, stderr: '' });
      expect(asked.stdout).toStartWith(`Usage: sonde ${path.join(' ')} `);
      expect(flagged.stdout).toBe(asked.stdout);
    }
  });
});

describe('what goes wrong', () => {
  const wrongUsage: [name: string, args: string[]][] = [
    ['no command', []],
    ['an unknown command', ['conjure']],
    ['a group without its command', ['library']],
    ['an unknown command of a group', ['library', 'conjure']],
    ['help of an unknown command', ['help', 'conjure']],
    ['an unknown option', ['research', 'why?', '--conjure']],
    ['a missing argument', ['research']],
    ['an argument too many', ['verify', NOBODY, NOBODY]],
    ['a missing option', ['user', 'create', '--email', 'a@example.com']],
    ['an option without its value', ['credits', 'grant', '--user']],
    ['a word that is no choice', ['research', 'why?', '--mode', 'lavish']],
    ['a number that is none', ['library', 'search', 'x', '--limit', 'many']],
    ['credits with seven decimals', ['credits', 'grant', '--user', 'a', '--credits', '0.0000001']],
    ['a message in several lines', ['conjure\nthis']],
  ];

  test.each(wrongUsage)('%s exits 2 with one line', async (_, args) => {
    const { code, stdout, stderr } = await sonde(args, { data });
    expect({ code, stdout, lines: lines(stderr) }).toEqual({
      code: 2,
      stdout: '',
      lines: [expect.stringMatching(/^sonde: .*see `sonde (--)?help`$/)],
    });
  });

  const failures: [name: string, args: string[], message: RegExp][] = [
    ['an unknown job', ['job', 'show', NOBODY], /no research job/],
    ['a job id that is none', ['verify', 'nothing'], /no research job/],
    ['an unknown user', ['key', 'create', '--user', 'nobody@example.com'], /nobody@example.com/],
    ['an unknown key', ['key', 'revoke', NOBODY], /key/],
    ['an unknown document', ['library', 'remove', NOBODY], /document/],
    ['a status that is none', ['job', 'list', '--status', 'lost'], /--status/],
    [
      'an address that is none',
      ['user', 'create', '--email', 'a', '--password', '12345678'],
      /@|mail/,
    ],
    [
      'a short password',
      ['user', 'create', '--email', 'b@example.com', '--password', 'x'],
      /password/,
    ],
    ['a source that is not there', ['research', 'Why is it?', '--source', '/nowhere'], /nowhere/],
    ['a schema that is not there', ['research', 'Why is it?', '--schema', '/nowhere'], /schema/],
    [
      'an address without the network',
      ['research', 'Why is it?', '--no-network', '--source', 'https://a.example'],
      /--no-network/,
    ],
    ['an empty question', ['research', '  '], /question/],
    [
      'mode max without a limit',
      ['research', 'Why is it?', '--mode', 'max'],
      /max_credits|--max-credits/,
    ],
    ['a data folder inside a file', ['user', 'list', '--data', '/dev/null/data'], /data folder/],
  ];

  test.each(failures)('%s exits 1 with one line', async (_, args, message) => {
    const { code, stdout, stderr } = await sonde([...args, '--json'], { data });
    expect({ code, stdout, lines: lines(stderr) }).toEqual({
      code: 1,
      stdout: '',
      lines: [expect.stringMatching(/^sonde: (?!internal error)/)],
    });
    expect(stderr).toMatch(message);
  });

  test('the same address twice is refused', async () => {
    const again = ['user', 'create', '--email', 'ADA@example.com', '--password', 'correct horse'];
    const { code, stderr } = await sonde(again, { data });
    expect({ code, lines: lines(stderr).length }).toEqual({ code: 1, lines: 1 });
  });

  test('an environment that is not understood names its variable', async () => {
    for (const args of [['serve'], ['user', 'list'], ['options']]) {
      const { code, stderr } = await sonde(args, { data, env: { SONDE_PORT: 'ninety' } });
      expect({ code, lines: lines(stderr) }).toEqual({
        code: 1,
        lines: [expect.stringContaining('SONDE_PORT "ninety" must be')],
      });
    }
  });

  test('a database of a newer version is refused, and left as it is', async () => {
    const newer = temporaryFolder();
    await sonde(['user', 'list'], { data: newer });
    const database = new Database(join(newer, 'sonde.db'));
    database.exec('PRAGMA user_version = 999');
    database.close();
    for (const args of [
      ['user', 'list'],
      ['serve', '--port', '0'],
    ]) {
      const { code, stdout, stderr } = await sonde(args, { data: newer });
      expect({ code, stdout, lines: lines(stderr) }).toEqual({
        code: 1,
        stdout: '',
        lines: [expect.stringMatching(/schema version 999.*newer sonde/)],
      });
    }
  });

  test('a file that is no database is refused', async () => {
    const broken = temporaryFolder();
    writeFileSync(join(broken, 'sonde.db'), 'this is no database '.repeat(1_000));
    const { code, stderr } = await sonde(['user', 'list'], { data: broken });
    expect({ code, lines: lines(stderr) }).toEqual({
      code: 1,
      lines: [expect.stringMatching(/^sonde: (?!internal error).*sonde\.db/)],
    });
  });

  test('a data folder that cannot be written to is refused', async () => {
    const locked = temporaryFolder();
    chmodSync(locked, 0o755);
    const place = join(locked, 'data');
    mkdirSync(place, { mode: 0o555 });
    const isRoot = process.getuid?.() === 0;
    const asNobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
    const prefix = isRoot ? asNobody : [];
    const { code, stderr } = await run([...prefix, BINARY, 'user', 'list'], { data: place });
    expect({ code, lines: lines(stderr) }).toEqual({
      code: 1,
      lines: [expect.stringMatching(/^sonde: (?!internal error).*data/)],
    });
  });

  test('a port that another program has is refused', async () => {
    const other = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response('') });
    try {
      const { code, stderr } = await sonde(['serve', '--port', String(other.port)], { data });
      expect({ code, lines: lines(stderr) }).toEqual({
        code: 1,
        lines: [expect.stringContaining(`cannot listen on 127.0.0.1:${other.port}`)],
      });
    } finally {
      await other.stop(true);
    }
  });
});

test('a hostile folder changes nothing of what the binary does', async () => {
  const hostile = temporaryFolder('hostile');
  const trace = join(hostile, 'executed');
  writeFileSync(join(hostile, 'bunfig.toml'), 'preload = ["./preload.ts"]\n');
  writeFileSync(join(hostile, 'preload.ts'), `await Bun.write(${JSON.stringify(trace)}, 'x');`);
  writeFileSync(join(hostile, '.env'), 'SONDE_PORT=1\nSONDE_CONTACT=evil@example.com\n');
  writeFileSync(join(hostile, 'package.json'), '{ "name": "evil", "type": "commonjs" }');
  writeFileSync(join(hostile, 'tsconfig.json'), '{ "compilerOptions": { "paths": 1 } }');
  const { json } = await sonde(['options', '--json'], { cwd: hostile });
  const values = new Map(
    json.map((row: { name: string; value: unknown }) => [row.name, row.value]),
  );
  expect([values.get('SONDE_PORT'), values.get('SONDE_CONTACT')]).toEqual([8787, '']);
  const server = await startServer({ cwd: hostile });
  expect((await fetch(`${server.url}/health`)).status).toBe(200);
  expect(await server.stop()).toBe(0);
  expect(await Bun.file(trace).exists()).toBe(false);
});

test('it works from any folder: research there needs its Worker and nothing else', async () => {
  const { code, json } = await sonde(
    [
      'research',
      TURBINES,
      '--user',
      user.email,
      '--json',
      '--source',
      join(EXAMPLES, 'halden-strait-encyclopedia.md'),
    ],
    { data, cwd: '/' },
  );
  expect({ code, status: json.status }).toEqual({ code: 0, status: 'completed' });
});
