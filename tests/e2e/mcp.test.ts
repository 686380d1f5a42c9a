import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type { Progress } from '@modelcontextprotocol/sdk/types.js';
import {
  EXAMPLES,
  type SeededUser,
  type Server,
  seedUser,
  sonde,
  sondeJson,
  startServer,
} from '../support/binary';
import { cleanUp } from '../support/cleanup';
import { clientOf } from '../support/client';
import { type Agent, agentOverHttp, agentOverStdio } from '../support/mcp';
import { hang, startSite } from '../support/site';
import { until } from '../support/until';

afterAll(cleanUp);

const TURBINES = 'How many turbines does the Halden Strait tidal power plant have?';
const BARLEY = 'How much barley does the granary of Skerrow store?';
const GRANARY = 'The granary of Skerrow stores 900 tonnes of barley.';
const NOBODY = '00000000-0000-7000-8000-000000000000';
const LOOPBACK = { SONDE_FETCH_ALLOW: '127.0.0.0/8' };

let server: Server;
let ada: SeededUser;
let bob: SeededUser;

beforeAll(async () => {
  server = await startServer({ env: LOOPBACK });
  ada = await seedUser(server.data, { credits: 100_000, admin: true });
  bob = await seedUser(server.data, { email: 'bob@example.com' });
  await sondeJson(['library', 'add', EXAMPLES, '--user', ada.email, '--shared'], {
    data: server.data,
  });
});

const ways: [name: string, connect: () => Promise<Agent>][] = [
  ['over HTTP', () => agentOverHttp(server.url, ada.key)],
  ['over stdio, for a key', () => agentOverStdio(server.data, ['--key', ada.key], LOOPBACK)],
];

describe.each(ways)('an agent %s', (_, connect) => {
  let agent: Agent;

  beforeAll(async () => {
    agent = await connect();
  });

  test('is told which tools there are, and what each takes', async () => {
    const { tools } = await agent.client.listTools();
    expect(tools.map(({ name }) => name)).toEqual([
      'research',
      'get_research',
      'search_library',
      'verify_quote',
    ]);
    for (const { description, inputSchema } of tools) {
      expect(description).not.toBe('');
      expect(inputSchema).toMatchObject({ type: 'object', additionalProperties: false });
      expect(JSON.stringify(inputSchema)).not.toContain('expects');
    }
    expect(agent.client.getInstructions()).toContain('verify_quote');
  });

  test('asks, hears what happens meanwhile, and checks what it is told', async () => {
    const heard: Progress[] = [];
    const { isError, text, json } = await agent.call(
      'research',
      { question: TURBINES, mode: 'lite' },
      { onprogress: (progress) => heard.push(progress) },
    );
    expect(isError).toBe(false);
    expect(JSON.parse(text)).toEqual(json);
    expect(json).toMatchObject({ status: 'completed', credits_charged: 50, error: null });
    expect(json.brief).toMatch(/16 turbines[^\n]*\[\d+\]/);
    expect(json).not.toHaveProperty('next');
    expect(heard.map(({ progress }) => progress)).toEqual(heard.map((_, index) => index + 1));
    const messages = heard.map(({ message }) => message);
    expect(messages).toContainEqual(expect.stringMatching(/^read \[\d+\]/));

    expect((await agent.call('get_research', { id: json.id })).json).toEqual(json);

    const [finding] = json.findings;
    const [quote] = finding.quotes;
    const verified = await agent.call('verify_quote', { job: json.id, finding: finding.id });
    expect(verified.json).toMatchObject({ stands: true });
    expect(verified.json.quotes[0]).toMatchObject({ text: quote.text, stands: true });
    const [place] = verified.json.quotes[0].places;
    expect([place.start, place.end]).toEqual([quote.start, quote.end]);
    const { snapshot_hash } = quote;
    const byText = await agent.call('verify_quote', { text: quote.text, snapshot_hash });
    expect(byText.json.stands).toBe(true);
    expect(byText.json.quotes[0].places).toContainEqual(place);
  });

  test('is shown where a quote that was altered leaves its source', async () => {
    const { json } = await agent.call('search_library', { query: 'Halden Strait turbines' });
    const [{ text, start, snapshot_hash }] = json.hits;
    const altered = `${text.slice(0, 30)}¿${text.slice(31)}`;
    const answer = await agent.call('verify_quote', { text: altered, snapshot_hash });
    expect(answer).toMatchObject({ isError: false, json: { stands: false } });
    const [{ difference, places }] = answer.json.quotes;
    expect(places).toEqual([]);
    expect(difference.agreeing).toBe(text.slice(0, 30));
    expect(difference.quoted).toStartWith('¿');
    expect(difference.found).toStartWith(text.slice(30, 40));
    const whole = await agent.call('verify_quote', { text, snapshot_hash });
    expect(whole.json.quotes[0].places[0].start).toBe(start);
  });

  test('starts a job without waiting, and waits for it later', async () => {
    const sources = [{ text: GRANARY, title: 'The granary' }];
    const search = { library: false, web: false };
    const started = await agent.call('research', { question: BARLEY, sources, search, wait: 0 });
    expect(started.json.next).toContain('get_research');
    const { json } = await agent.call('get_research', { id: started.json.id, wait: 60 });
    expect(json).toMatchObject({ id: started.json.id, status: 'completed' });
    expect(json.brief).toContain('900 tonnes of barley');
    // No document of the library: the job that read it has to be named.
    const { text, snapshot_hash } = json.findings[0].quotes[0];
    const unnamed = await agent.call('verify_quote', { text, snapshot_hash });
    expect([unnamed.isError, unnamed.text]).toEqual([true, expect.stringContaining('`job`')]);
    const named = await agent.call('verify_quote', { text, snapshot_hash, job: json.id });
    expect(named.json.stands).toBe(true);
  });

  test('cancels the job by canceling its call, and is charged for what was used', async () => {
    const slow = startSite({ '/slow': hang });
    const taken = new AbortController();
    const call = agent.call(
      'research',
      {
        question: BARLEY,
        mode: 'pro',
        sources: [{ text: GRANARY }, { url: `${slow.url}/slow` }],
        search: { library: false, web: false },
      },
      { signal: taken.signal },
    );
    await until('the slow page is asked for', () => slow.asked.length > 0);
    taken.abort('changed my mind');
    expect(await call.catch((reason: unknown) => String(reason))).toContain('changed my mind');
    const api = clientOf(server.url, ada.key);
    const [job] = (await api.get('/v1/research?limit=1')).json;
    expect(job.question).toBe(BARLEY);
    expect(await api.ended(job.id)).toMatchObject({ status: 'canceled', credits_charged: 10 });
  });

  const refused: [name: string, tool: string, input: object, words: RegExp][] = [
    ['no question', 'research', {}, /^question is required$/],
    ['an unknown field', 'research', { question: TURBINES, colour: 1 }, /^colour is not a known/],
    ['a wrong mode', 'research', { question: TURBINES, mode: 'x' }, /lite, standard, pro or max/],
    ['max without a cap', 'research', { question: TURBINES, mode: 'max' }, /needs max_credits/],
    ['too long a wait', 'get_research', { id: NOBODY, wait: 601 }, /from 0 to 600/],
    ['a job that nobody has', 'get_research', { id: NOBODY }, /^no research job has the id/],
    ['an id that is none', 'get_research', { id: '../x' }, /^no research job has the id/],
    ['nothing to look for', 'search_library', { query: '' }, /^query/],
    ['a finding of no job', 'verify_quote', { finding: 'f1' }, /`job` and `finding`/],
    ['a text of nowhere', 'verify_quote', { text: 'x' }, /`text` and `snapshot_hash`/],
    ['a hash that is none', 'verify_quote', { text: 'x', snapshot_hash: 'x' }, /SHA-256/],
  ];
  test.each(refused)('is refused %s in words', async (_, tool, input, words) => {
    const answer = await agent.call(tool, input as Record<string, unknown>);
    expect(answer.isError).toBe(true);
    expect(answer.text).toMatch(words);
  });

  test('is told that there is no such tool', async () => {
    await expect(agent.call('rm', {})).rejects.toThrow('there is no tool rm');
  });
});

describe('what belongs to somebody else', () => {
  test('is not there for another key', async () => {
    const { json } = await (await agentOverHttp(server.url, ada.key)).call('research', {
      question: BARLEY,
      mode: 'lite',
      sources: [{ text: GRANARY }],
      search: { library: false, web: false },
    });
    const { text, snapshot_hash } = json.findings[0].quotes[0];
    const job = json.id;
    for (const stranger of [
      await agentOverHttp(server.url, bob.key),
      await agentOverStdio(server.data, ['--key', bob.key]),
    ]) {
      for (const [tool, input] of [
        ['get_research', { id: job }],
        ['verify_quote', { job, finding: json.findings[0].id }],
        ['verify_quote', { job, text, snapshot_hash }],
      ] as const) {
        const answer = await stranger.call(tool, input);
        expect([answer.isError, answer.text]).toEqual([true, `no research job has the id ${job}`]);
      }
      const byHash = await stranger.call('verify_quote', { text, snapshot_hash });
      expect(byHash.isError).toBe(true);
    }
  });

  test('a private document is found by its owner alone, by its hash too', async () => {
    const text = 'The lighthouse of Orrin has a lamp of 400 watts.';
    const added = await clientOf(server.url, bob.key).post('/v1/library', { text });
    const { snapshot_hash } = added.json;
    const owner = await agentOverHttp(server.url, bob.key);
    const other = await agentOverHttp(server.url, ada.key);
    const quote = { text: 'a lamp of 400 watts', snapshot_hash };
    expect((await owner.call('verify_quote', quote)).json.stands).toBe(true);
    expect((await other.call('verify_quote', quote)).isError).toBe(true);
    const found = async (agent: Agent) =>
      (await agent.call('search_library', { query: 'lighthouse lamp watts' })).text;
    expect(await found(owner)).toContain('400 watts');
    expect(await found(other)).not.toContain('400 watts');
  });
});

describe('over HTTP', () => {
  const initialize = {
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: {
      protocolVersion: '2025-06-18',
      capabilities: {},
      clientInfo: { name: 'test', version: '1' },
    },
  };
  const accept = { accept: 'application/json, text/event-stream' };
  const listTools = { jsonrpc: '2.0', id: 2, method: 'tools/list' };

  test.each(['', 'inf_live_0000000000000000000000000000000000000000', 'nonsense'])(
    'nobody gets in with the key "%s"',
    async (key) => {
      const { status, json } = await clientOf(server.url, key).post('/mcp', initialize, accept);
      expect([status, json.code]).toEqual([401, 'unauthenticated']);
      await expect(agentOverHttp(server.url, key)).rejects.toThrow('send a valid API key');
    },
  );

  test('a session belongs to the key that opened it', async () => {
    const [hers, his] = [clientOf(server.url, ada.key), clientOf(server.url, bob.key)];
    const opened = await hers.post('/mcp', initialize, accept);
    const session = { ...accept, 'mcp-session-id': opened.headers.get('mcp-session-id') ?? '' };
    expect((await hers.post('/mcp', listTools, session)).text).toContain('verify_quote');
    const stranger = await his.post('/mcp', listTools, session);
    expect([stranger.status, stranger.json.field]).toEqual([404, 'Mcp-Session-Id']);
    expect((await his.send('DELETE', '/mcp', undefined, session)).status).toBe(404);
    expect((await hers.send('DELETE', '/mcp', undefined, session)).status).toBe(200);
    expect((await hers.post('/mcp', listTools, session)).status).toBe(404);
  });

  test('a key has a bounded number of sessions: the quietest makes room', async () => {
    const client = clientOf(server.url, bob.key);
    const sessions = [];
    for (let count = 0; count < 17; count += 1) {
      const { headers } = await client.post('/mcp', initialize, accept);
      sessions.push({ ...accept, 'mcp-session-id': headers.get('mcp-session-id') ?? '' });
    }
    const statuses = [];
    for (const session of sessions) {
      statuses.push((await client.post('/mcp', listTools, session)).status);
    }
    expect(statuses).toEqual([404, ...Array(16).fill(200)]);
  });

  test('what is no request of the protocol is refused with a remedy', async () => {
    const client = clientOf(server.url, ada.key);
    const early = await client.post('/mcp', listTools, accept);
    expect([early.status, early.json.detail]).toEqual([400, expect.stringContaining('initialize')]);
    const large = await client.post('/mcp', { ...listTools, params: 'x'.repeat(1_100_000) });
    expect([large.status, large.json.code]).toEqual([413, 'too_large']);
    const listening = await client.get('/mcp');
    expect([listening.status, listening.headers.get('allow')]).toEqual([405, 'POST, DELETE']);
  });

  const strangers: [name: string, headers: Record<string, string>, field: string][] = [
    ['a name that points here by somebody else’s will', { host: 'evil.example' }, 'Host'],
    ['a page of another origin', { origin: 'https://evil.example' }, 'Origin'],
    ['a page of another local program', { origin: 'http://localhost:1' }, 'Origin'],
    ['a page without an origin', { origin: 'null' }, 'Origin'],
  ];
  test.each(strangers)('%s is refused, whatever the key', async (_, headers, field) => {
    const client = clientOf(server.url, ada.key);
    const { status, json } = await client.post('/mcp', initialize, { ...accept, ...headers });
    expect([status, json.field]).toEqual([403, field]);
  });

  test('the server’s own page may call', async () => {
    const { origin } = new URL(server.url);
    const own = await clientOf(server.url, ada.key).post('/mcp', initialize, { ...accept, origin });
    expect(own.status).toBe(200);
  });

  test('a server that stops ends its sessions, and leaves their jobs to the next', async () => {
    const stopping = await startServer({ env: LOOPBACK });
    const user = await seedUser(stopping.data);
    const agent = await agentOverHttp(stopping.url, user.key);
    const slow = startSite({ '/slow': hang });
    const call = agent.call('research', {
      question: BARLEY,
      sources: [{ url: `${slow.url}/slow` }],
      search: { library: false, web: false },
    });
    void call.catch(() => {});
    await until('the slow page is asked for', () => slow.asked.length > 0);
    expect(await stopping.stop()).toBe(0);
    const [job] = await sondeJson(['job', 'list'], { data: stopping.data });
    expect(job.status).toBe('pending');
  });
});

describe('over stdio', () => {
  test('the operator asks without a key, and pays nothing', async () => {
    const agent = await agentOverStdio(server.data);
    const { json } = await agent.call('research', { question: TURBINES, mode: 'lite' });
    expect(json).toMatchObject({ status: 'completed' });
    expect(json.brief).toContain('16 turbines');
    expect(agent.log()).toBe('');
  });

  test('ends with its input, and what it was doing ends with what it had', async () => {
    const agent = await agentOverStdio(server.data, ['--key', ada.key], LOOPBACK);
    const slow = startSite({ '/slow': hang });
    const { json } = await agent.call('research', {
      question: BARLEY,
      sources: [{ text: GRANARY }, { url: `${slow.url}/slow` }],
      search: { library: false, web: false },
      wait: 0,
    });
    await until('the slow page is asked for', () => slow.asked.length > 0);
    await agent.client.close();
    const job = (await clientOf(server.url, ada.key).get(`/v1/research/${json.id}`)).json;
    expect(job.status).toBe('canceled');
    expect(job.brief).toContain('900 tonnes');
  });

  test.each([
    ['a key that is not in force', ['--key', 'inf_live_x'], 'is not in force'],
    ['an option that it does not have', ['--colour'], 'unknown option'],
  ])('refuses %s on standard error alone', async (_, args, words) => {
    const { code, stdout, stderr } = await sonde(['mcp', ...args], { data: server.data });
    expect(code).not.toBe(0);
    expect(stdout).toBe('');
    expect(stderr).toContain(words);
  });
});
