import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { hiddenFields, openWeb, type TestBrowser, type WebWorld } from '../../../tests/support/web';
import type { Finding, Quote, Source } from '../../research/types';

const ANA = 'ana@example.com';
const PASSWORD = 'seven green umbrellas';
const NOBODY = '00000000-0000-7000-8000-000000000000';
const XSS = `"><script>alert(1)</script><img src=x onerror=alert(2)>`;
const TEXT = `Before.\nThe bridge is 1,200 metres long, they say.\n${XSS}\nAfter.`;
const SAID = 'The bridge is 1,200 metres long';

let world: WebWorld;
let browser: TestBrowser;
let userId: string;
beforeAll(async () => {
  world = await openWeb();
  browser = world.browser();
  await browser.submit('/signup', '/signup', { email: ANA, password: PASSWORD });
  userId = (await world.accounts.byEmail(ANA)).id;
});
afterAll(() => world.close());

const sourceOf = (snapshotHash: string, url = 'https://bridges.example/a'): Source => ({
  number: 1,
  url,
  title: `All bridges ${XSS}`,
  domain: 'bridges.example',
  provider: 'given',
  snapshotHash,
  summary: null,
  copyOf: null,
});
const quoteOf = (snapshotHash: string, text = SAID): Quote => ({
  source: 1,
  snapshotHash,
  text,
  start: TEXT.indexOf(text),
  end: TEXT.indexOf(text) + text.length,
  page: null,
});
const findingOf = (quotes: Quote[]): Finding => ({
  id: 'f1',
  text: `${SAID} ${XSS}`,
  kind: 'fact',
  status: 'reported',
  confidence: 0.5,
  quotes,
  disputedBy: [],
  subQuestion: 0,
});
const addJob = (brief: string, url?: string) =>
  world.addJob(userId, [TEXT], ([hash = '']) => ({
    brief,
    sources: [sourceOf(hash, url)],
    findings: [findingOf([quoteOf(hash), quoteOf(hash, 'bridge is 1,200 metres long, they')])],
  }));

describe('the dashboard', () => {
  test('says in words what is not there yet', async () => {
    const visitor = world.browser();
    await visitor.submit('/signup', '/signup', { email: 'bo@example.com', password: PASSWORD });
    const { html, headers } = await visitor.get('/app');
    expect(html).toContain('You have no keys');
    expect(html).toContain('You have asked nothing yet');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('content-security-policy')).toContain("script-src 'nonce-");
  });

  test('runs no script but those with the nonce of the answer', async () => {
    const { html, headers } = await browser.get('/app');
    const nonce = /'nonce-([^']+)'/.exec(headers.get('content-security-policy') ?? '')?.[1];
    const scripts = [...html.matchAll(/<script[^>]*>/g)].map(([tag]) => tag);
    expect(scripts.length).toBeGreaterThan(1);
    for (const tag of scripts) expect(tag).toContain(`nonce="${nonce}"`);
    expect(html).not.toMatch(/<[^>]+\son\w+=|<style|\sstyle=/);
    expect((await browser.get('/app')).html).not.toContain(nonce!);
  });

  test('without a session leads to where one begins', async () => {
    const answer = await world.browser().get('/app');
    expect([answer.status, answer.location]).toEqual([303, '/login?next=%2Fapp']);
  });
});

describe('a key', () => {
  test('is shown once, lists its prefix, and is dead when it is revoked', async () => {
    const made = await browser.submit('/app', '/app/keys', { name: `for tests ${XSS}` });
    const plaintext = /inf_live_[0-9a-f]{40}/.exec(made.html)?.[0] ?? '';
    expect(await world.keys.authenticate(plaintext)).toMatchObject({ userId });
    expect(made.html).not.toContain('<script>alert');
    expect(made.html).not.toContain('<img src=x');
    const { html } = await browser.get('/app');
    expect(html).not.toContain(plaintext);
    expect(html).toContain(plaintext.slice(0, 17));
    const action = /action="(\/app\/keys\/[^"]+\/revocation)"/.exec(html)?.[1] ?? '';
    expect((await browser.submit('/app', action)).location).toBe('/app#keys');
    expect(await world.keys.authenticate(plaintext)).toBeUndefined();
  });

  test('keeps what was typed when it is refused', async () => {
    const fields = { name: 'mine', expires_days: '0' };
    const { status, html } = await browser.submit('/app', '/app/keys', fields);
    expect(status).toBe(400);
    expect(html).toContain('id="field-expires_days-error"');
    expect(html).toContain('value="mine"');
  });

  test('of another user is not there, and stays good', async () => {
    const other = world.browser();
    await other.submit('/signup', '/signup', { email: 'eve@example.com', password: PASSWORD });
    const { id } = await world.keys.create({ userId, name: 'mine' });
    const form = hiddenFields((await other.get('/app')).html, '/app/keys');
    const answer = await other.post(`/app/keys/${id}/revocation`, form);
    expect(answer.status).toBe(404);
    expect((await world.keys.live(userId)).map((key) => key.id)).toContain(id);
  });
});

describe('asking', () => {
  test('without scripts leads to the page of the job, which loads itself again', async () => {
    const question = `How long is the ${XSS} bridge?`;
    const answer = await browser.submit('/app', '/app/jobs', { question, mode: 'lite' });
    expect(answer.status).toBe(303);
    const { html } = await browser.get(answer.location!);
    expect(html).toContain('http-equiv="refresh"');
    expect(html).not.toContain('<script>alert');
    await world.finish(1);
    expect((await browser.get(answer.location!)).html).not.toContain('http-equiv="refresh"');
  });

  test('with scripts answers a part that follows the job, to its answer', async () => {
    const form = hiddenFields((await browser.get('/app')).html, '/app/jobs');
    const fields = { ...form, question: 'How long is the bridge?', mode: 'lite', library: 'on' };
    const part = await browser.post('/app/jobs', fields, { 'hx-request': 'true' });
    const path = /hx-sse:connect="([^"]+)"/.exec(part.html)?.[1] ?? '';
    expect(part.html).toContain('id="idempotency-key"');
    expect(part.html).not.toContain('<html');
    await world.finish(1);
    const { html, headers } = await browser.get(path);
    expect(headers.get('content-type')).toStartWith('text/event-stream');
    expect(html).toContain('Accepted');
    expect(html).toMatch(/hx-swap-oob="true"/);
    // Whoever has seen it all is told the end again, and nothing else.
    const resumed = await browser.get(path, { 'last-event-id': '999' });
    expect(resumed.html).not.toContain('Accepted');
    expect(resumed.html).toContain('hx-swap-oob');
  });

  test('twice by one form is one job', async () => {
    const form = hiddenFields((await browser.get('/app')).html, '/app/jobs');
    const fields = { ...form, question: 'How wide is the bridge?', mode: 'lite' };
    const first = await browser.post('/app/jobs', fields);
    const second = await browser.post('/app/jobs', fields);
    expect(second.location).toBe(first.location!);
    await world.finish(1);
  });

  test.each([
    [{ question: '', mode: 'lite' }, 400, 'id="field-question-error"'],
    [{ question: 'Why this?', mode: 'max' }, 400, 'id="field-max_credits-error"'],
    [{ question: 'Why this?', mode: 'max', max_credits: 'many' }, 400, 'field-max_credits-error'],
    [{ question: 'Why this?', mode: 'best' }, 400, 'mode is one of'],
    [{ question: 'Why this?', mode: 'pro' }, 402, 'class="flash error"'],
  ])('is refused beside the field, with what was typed kept: %j', async (fields, status, shown) => {
    const answer = await browser.submit('/app', '/app/jobs', fields);
    expect(answer.status).toBe(status);
    expect(answer.html).toContain(shown);
    expect(answer.html).toContain(`${fields.question}</textarea>`);
  });
});

describe('a job', () => {
  test('shows its brief, its findings and where each quote stands', async () => {
    const id = await addJob('The bridge is **long** [1][2].');
    const { html } = await browser.get(`/app/jobs/${id}`);
    expect(html).toContain('<strong>long</strong>');
    expect(html).toContain(`<a class="citation" href="/app/jobs/${id}/sources/1">[1]</a>[2]`);
    expect(html).toContain('Reported by one source');
    const start = TEXT.indexOf(SAID);
    expect(html).toContain(`/app/jobs/${id}/sources/1#quote-${start}`);
    const source = await browser.get(`/app/jobs/${id}/sources/1`);
    expect(source.html).toContain(`<mark id="quote-${start}">`);
    const marked = /<mark[^>]*>([\s\S]*?)<\/mark>/.exec(source.html)?.[1] ?? '';
    expect(marked.replace(/<[^>]+>/g, '')).toBe(`${SAID}, they`);
    expect(marked).toContain(`id="quote-${TEXT.indexOf('bridge is')}"`);
  });

  test('of another user is the same answer as none, on every page', async () => {
    const id = await addJob('The bridge is long [1].');
    const other = world.browser();
    await other.submit('/signup', '/signup', { email: 'zoe@example.com', password: PASSWORD });
    for (const path of ['', '/events', '/sources/1']) {
      const theirs = await other.get(`/app/jobs/${id}${path}`);
      const none = await other.get(`/app/jobs/${NOBODY}${path}`);
      const noId = await other.get(`/app/jobs/x${path}`);
      expect([theirs.status, none.status, noId.status]).toEqual([404, 404, 404]);
      const plain = (html: string, at: string) =>
        html.replaceAll(at, '').replace(/nonce="[^"]*"/g, '');
      expect(plain(theirs.html, id)).toBe(plain(none.html, NOBODY));
    }
    for (const number of ['2', '0', '-1', 'x', '99999'])
      expect((await browser.get(`/app/jobs/${id}/sources/${number}`)).status).toBe(404);
  });

  test('runs nothing that its sources, question or brief hold', async () => {
    const brief = [
      `${XSS} [1]`,
      '[click](javascript:alert(1)) [there](https://bridges.example/?a="b) ![i](https://x.example/i)',
      '<javascript:alert(1)> [1]: javascript:alert(1)',
      '',
      '[1]: https://evil.example "t"',
      '',
      '<iframe src=//evil.example></iframe>',
      '',
      '```"><script>alert(1)</script>',
      XSS,
      '```',
    ].join('\n');
    const id = await addJob(brief, 'javascript:alert(1)');
    for (const path of [`/app/jobs/${id}`, `/app/jobs/${id}/events`, `/app/jobs/${id}/sources/1`]) {
      const { html, status } = await browser.get(path);
      expect(status).toBe(200);
      expect(html).not.toMatch(/<script>|<img|<iframe|href="javascript|evil\.example"[^>]*>\[1\]/i);
      expect(html).not.toMatch(/<[^>]+\sonerror=/);
    }
    const { html } = await browser.get(`/app/jobs/${id}`);
    expect(html).toContain('rel="noopener noreferrer nofollow"');
  });
});
