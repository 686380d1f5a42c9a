import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { ask, MODEL, newHost, piecesOf, takeOne } from '../../../tests/support/pool';
import { hiddenFields, openWeb, type TestBrowser, type WebWorld } from '../../../tests/support/web';
import type { NewHost } from '../../hosts/types';
import type { Listening } from '../../http/listen';

const ANA = 'ana@example.com';
const PASSWORD = 'seven green umbrellas';
const XSS = `"><script>alert(1)</script><img src=x onerror=alert(2)>`;
const NOBODY = '00000000-0000-7000-8000-000000000000';

let world: WebWorld;
let listening: Listening;
let browser: TestBrowser;
let eve: TestBrowser;
let userId: string;
beforeAll(async () => {
  world = await openWeb();
  await world.hosts.start();
  listening = world.listen();
  browser = world.connectedBrowser(listening.url);
  await browser.submit('/signup', '/signup', { email: ANA, password: PASSWORD });
  eve = world.connectedBrowser(listening.url);
  await eve.submit('/signup', '/signup', { email: 'eve@example.com', password: PASSWORD });
  userId = (await world.accounts.byEmail(ANA)).id;
});
afterAll(async () => {
  world.streams.closeAll();
  await listening.stop(0);
  await world.close();
});

async function joinHost(change: Partial<NewHost> = {}) {
  const joinToken = await world.hosts.registry.createJoinToken({ lifeMs: 60_000, uses: 1 });
  const by = { userId: null, joinToken };
  const { host } = await world.hosts.registry.register({ ...newHost, ...change }, by);
  return { id: host.id, port: world.hosts.registry.port(host.id) };
}
const NEVER = new AbortController().signal;

describe('the models', () => {
  test('are none while no host lends any; research is there', async () => {
    const { html } = await browser.get('/app/models');
    expect(html).toContain('No host lends a model yet: ask your admin');
    expect(html).toContain('<code>sonde-standard</code>');
    expect(html).toContain('&quot;model&quot;: &quot;sonde-lite&quot;');
  });

  test('are shown with what they cost, and how to ask them', async () => {
    const { id, port } = await joinHost({ pricePerPromptToken: 0.0000005, features: ['tools'] });
    await port.heartbeat({ gpuUtilization: null, models: null });
    const { html } = await browser.get('/app/models');
    expect(html).toContain('50 credits ($0.50)');
    expect(html).toContain('10000 credits ($100)');
    expect(html).toContain('4,096 tokens');
    expect(html).toMatch(/<td>1<\/td>/);
    expect(html).toContain('<td>tools</td>');
    expect(html).toContain('https://sonde.example.com/v1</code>');
    expect(html).toContain(`&quot;model&quot;: &quot;${MODEL}&quot;`);
    await world.hosts.registry.setState(id, 'draining');
    expect((await browser.get('/app/models')).html).toContain('none now: jobs wait');
    await world.hosts.registry.setState(id, 'disabled');
  });
});

describe('a job of a model', () => {
  test('is followed from why it waits to its bill, in plain text', async () => {
    const { port, id: hostId } = await joinHost({ slots: 1, gpu: `GPU ${XSS}` });
    await port.heartbeat({ gpuUtilization: null, models: null });
    const inputText = `Say ${XSS}`;
    const { view } = await ask(world.hosts, { inputText }, userId);
    const path = `/app/jobs/${view.id}`;
    const waiting = await browser.get(path);
    expect(waiting.html).toContain('number 1 in the queue');
    expect(waiting.html).toContain('http-equiv="refresh"');
    expect(waiting.html).toContain(`hx-sse:connect="${path}/events"`);
    expect(waiting.html).toContain(`hx-get="${path}/status"`);

    const job = await takeOne(port);
    await port.sendPieces(job, piecesOf(job, ['Hel', `lo\n ${XSS}`]));
    const running = await browser.get(path);
    expect(running.html).toContain('running, at most');
    const status = await browser.get(`${path}/status`);
    expect(status.html).toStartWith(`<p id="status-${view.id}"`);
    await port.complete({
      ...job,
      finishReason: 'stop',
      usage: { promptTokens: 5, completionTokens: 2 },
    });

    const { html } = await browser.get(path);
    expect(html).not.toContain('http-equiv="refresh"');
    expect(html).not.toContain('/cancellation');
    expect(html).toContain('Hello\n ');
    expect(html).toContain('2 of the answer');
    expect(html).toContain('0.02 credits');
    expect(html).toContain('<dt>Ended by</dt><dd>stop</dd>');
    expect(html).toContain('<dt>Host</dt><dd>GPU');
    const events = await browser.get(`${path}/events`);
    expect(events.html).toContain('<span>Hello');
    expect(events.html).toContain('hx-swap-oob="true"');
    for (const shown of [waiting, running, events, { html }]) {
      expect(shown.html).not.toMatch(/<script>|<img/);
      expect(shown.html).toContain('Say');
    }
    // Whoever has seen it all is told the end again, and nothing else.
    const resumed = await browser.get(`${path}/events`, { 'last-event-id': '2' });
    expect(resumed.html).not.toContain('<span>Hello');
    expect(resumed.html).toContain('hx-swap-oob="true"');
    await world.hosts.registry.setState(hostId, 'disabled');
  });

  test('shows the tools that it wants called', async () => {
    const { port, id } = await joinHost({ features: ['tools'] });
    const tools = [{ type: 'function', function: { name: 'clock' } }];
    const { view } = await ask(
      world.hosts,
      { task: 'chat', messages: [{ role: 'user', content: 'Hi?' }], parameters: { tools } },
      userId,
    );
    const job = await takeOne(port);
    const toolCalls = [{ function: { name: 'clock', arguments: '{"a":"<b>"}' } }];
    await port.complete({
      ...job,
      finishReason: 'tool_calls',
      usage: { promptTokens: 5, completionTokens: 2 },
      toolCalls,
    });
    const { html } = await browser.get(`/app/jobs/${view.id}`);
    expect(html).toContain('user: Hi?');
    expect(html).toContain('Tool calls');
    expect(html).toContain('&lt;b&gt;');
    await world.hosts.registry.setState(id, 'disabled');
  });

  test('is canceled by its user, at its host too, and charged for what came', async () => {
    const { port, id } = await joinHost();
    const { view } = await ask(world.hosts, {}, userId);
    const path = `/app/jobs/${view.id}`;
    const job = await takeOne(port);
    await port.sendPieces(job, piecesOf(job, ['one']));
    const told = port.renew(job, 5_000, NEVER);
    expect((await browser.submit(path, `${path}/cancellation`)).location).toBe(path);
    expect(await told).toMatchObject({ cancel: true });
    const { html } = await browser.get(path);
    expect(html).toContain('canceled, 0.01 credits');
    expect(html).toContain('>one<');
    await world.hosts.registry.setState(id, 'disabled');
  });

  test('of another user is the same answer as none, on every page', async () => {
    const { id } = await joinHost();
    const { view } = await ask(world.hosts, {}, userId);
    const plain = (html: string, at: string) =>
      html.replaceAll(at, '').replace(/nonce="[^"]*"/g, '');
    for (const path of ['', '/events', '/status']) {
      const theirs = await eve.get(`/app/jobs/${view.id}${path}`);
      const none = await eve.get(`/app/jobs/${NOBODY}${path}`);
      expect([theirs.status, none.status]).toEqual([404, 404]);
      expect(plain(theirs.html, view.id)).toBe(plain(none.html, NOBODY));
    }
    const form = hiddenFields((await eve.get('/app')).html, '/logout');
    expect((await eve.post(`/app/jobs/${view.id}/cancellation`, form)).status).toBe(404);
    expect((await world.hosts.inference.view(view.id))?.state).not.toBe('canceled');
    await world.hosts.inference.cancel(view.id);
    await world.hosts.registry.setState(id, 'disabled');
  });
});

describe('the jobs', () => {
  test('of both kinds stand in one list, told by state', async () => {
    const asked = await browser.submit('/app', '/app/jobs', {
      question: `How long is the ${XSS} bridge?`,
      mode: 'lite',
    });
    const id = asked.location?.split('/').at(-1) ?? '';
    const rowsOf = async (query: string) => {
      const { html, status } = await browser.get(`/app/jobs${query}`);
      expect(status).toBe(200);
      expect(html).not.toMatch(/<script>|<img/);
      return [...html.matchAll(/<tr id="row-([^"]+)">([\s\S]*?)<\/tr>/g)].map(
        ([, rowId, row = '']) => ({ id: rowId, row }),
      );
    };
    const all = await rowsOf('');
    expect(all[0]).toEqual({ id, row: expect.stringContaining('research, lite') });
    expect(all[1]?.row).toContain(MODEL);
    expect(all.some(({ row }) => row.includes('<td>7</td>'))).toBe(true);
    expect((await rowsOf('?state=queued')).map((row) => row.id)).toEqual([id]);
    expect(await rowsOf('?state=failed')).toEqual([]);
    expect((await browser.get('/app/jobs?state=odd')).status).toBe(400);
    expect((await browser.get('/app')).html).toContain(MODEL);
    expect((await browser.submit(`/app/jobs/${id}`, `/app/jobs/${id}/cancellation`)).status).toBe(
      303,
    );
    expect((await rowsOf('?state=canceled')).map((row) => row.id)).toContain(id);
  });

  test('are told page by page, in order', async () => {
    const { id } = await joinHost();
    for (let index = 0; index < 52; index++) {
      const { view } = await ask(world.hosts, { maxTokens: 1 }, userId);
      await world.hosts.inference.cancel(view.id);
    }
    const first = await browser.get('/app/jobs?state=canceled');
    expect(first.html).toContain('1 to 50 of ');
    expect(first.html).toContain('href="/app/jobs?state=canceled&offset=50"');
    expect(first.html).not.toContain('rel="prev"');
    const second = await browser.get('/app/jobs?state=canceled&offset=50');
    expect(second.html).toContain('href="/app/jobs?state=canceled" rel="prev"');
    const idsOf = (html: string) =>
      [...html.matchAll(/<tr id="row-([^"]+)"/g)].map(([, row]) => row!);
    const ids = [...idsOf(first.html), ...idsOf(second.html)];
    expect(ids).toEqual([...new Set(ids)].sort().reverse());
    await world.hosts.registry.setState(id, 'disabled');
  });
});
