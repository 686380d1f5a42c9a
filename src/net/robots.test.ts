import { describe, expect, test } from 'bun:test';
import { Fault } from '../lib/fault';
import { FetchFault } from './fetch-fault';
import { createRobots } from './robots';
import { parseRobots } from './robots-rules';

const ORIGIN = 'http://site.invalid';
const HOUR_MS = 3_600_000;

function allows(robotsTxt: string, path: string): boolean {
  return parseRobots(ORIGIN, robotsTxt).allows(new URL(path, ORIGIN));
}

describe('the rules', () => {
  const FILE = [
    'User-agent: *',
    'Disallow: /',
    'User-Agent: otherbot',
    'Sitemap: http://site.invalid/map.xml',
    'USER-AGENT: sondebot/2.0 # us',
    'Disallow: /private # a comment',
    'Allow: /private/open',
    'Disallow: /*.pdf$',
    'Disallow: /caf%c3%a9',
  ].join('\r\n');

  test.each([
    ['/', true],
    ['/private', false],
    ['/private/open/page', true],
    ['/report.pdf', false],
    ['/report.pdf?download', true],
    ['/café', false],
  ])('of our own group hold, and those of everybody do not: %s', (path, allowed) => {
    expect(allows(FILE, path)).toBe(allowed);
  });

  test('of everybody hold when no group names us, and an empty group of ours frees us', () => {
    expect(allows('User-agent: *\nDisallow: /', '/a')).toBe(false);
    expect(allows('User-agent: SondeBotany\nDisallow: /', '/a')).toBe(true);
    expect(allows('User-agent: *\nDisallow: /\nUser-agent: SondeBot\nDisallow:', '/a')).toBe(true);
  });

  test('of several groups of ours are joined', () => {
    const file = 'User-agent: SondeBot\nDisallow: /a\nUser-agent: x\nDisallow: /\n';
    expect(allows(`${file}User-agent: SondeBot\nDisallow: /b`, '/a')).toBe(false);
    expect(allows(`${file}User-agent: SondeBot\nDisallow: /b`, '/b')).toBe(false);
    expect(allows(`${file}User-agent: SondeBot\nDisallow: /b`, '/c')).toBe(true);
  });

  test('are not found in a page that is no robots.txt', () => {
    expect(allows('<html><body>Not found</body></html>', '/a')).toBe(true);
  });

  test('made to use up time or memory forbid the page instead', () => {
    const started = performance.now();
    const agents = Array.from({ length: 17_000 }, (_, n) => `User-agent: a${n}`).join('\n');
    expect(allows(`${agents}\n${'Disallow: /b\n'.repeat(20_000)}`, '/b')).toBe(true);
    const slow = `User-agent: *\n${`Disallow: /*${'a'.repeat(70)}b\n`.repeat(6_000)}`;
    expect(allows(slow, `/${'a'.repeat(4_000)}`)).toBe(false);
    expect(performance.now() - started).toBeLessThan(1_500);
  });
});

interface Site {
  status: number;
  text: string;
}

function cache(answer: (url: string) => Promise<Site>) {
  const loaded: string[] = [];
  const time = { nowMs: 0 };
  const robots = createRobots({
    clock: { nowMs: () => time.nowMs, after: () => () => {} },
    load: async (url) => {
      loaded.push(url);
      const { status, text } = await answer(url);
      return { status, bytes: new TextEncoder().encode(text) };
    },
  });
  const check = (path: string, origin = ORIGIN) =>
    robots.check(new URL(path, origin)).then(
      () => 'allowed',
      (error: unknown) => error,
    );
  return { check, loaded, time };
}

describe('the file', () => {
  test('is asked for once a day for each origin, however many ask at once', async () => {
    const { check, loaded, time } = cache(async () => ({
      status: 200,
      text: 'User-agent: *\nDisallow: /no',
    }));
    const [first, second] = await Promise.all([check('/no'), check('/yes')]);
    expect(first).toBeInstanceOf(FetchFault);
    expect((first as Fault).code).toBe('fetch_refused');
    expect((first as Fault).message).toContain('robots.txt of site.invalid');
    expect(second).toBe('allowed');
    time.nowMs = 24 * HOUR_MS - 1;
    await check('/yes');
    expect(loaded).toEqual([`${ORIGIN}/robots.txt`]);
    await check('/yes', 'http://site.invalid:8080');
    time.nowMs += 1;
    await check('/yes');
    expect(loaded).toEqual([
      `${ORIGIN}/robots.txt`,
      'http://site.invalid:8080/robots.txt',
      `${ORIGIN}/robots.txt`,
    ]);
  });

  test.each([404, 401, 403, 410, 304])('that answers %d allows everything', async (status) => {
    const { check } = cache(async () => ({ status, text: '' }));
    expect(await check('/')).toBe('allowed');
  });

  test.each([429, 500, 503])('that answers %d forbids everything, for minutes', async (status) => {
    const answers = [status, 404];
    const { check, time } = cache(async () => ({ status: answers.shift() ?? 0, text: '' }));
    const fault = (await check('/')) as Fault;
    expect([fault.code, fault.retryAfterSeconds]).toEqual(['fetch_refused', 300]);
    time.nowMs = 299_999;
    expect(await check('/')).toBeInstanceOf(Fault);
    time.nowMs = 300_000;
    expect(await check('/')).toBe('allowed');
  });

  test('that cannot be reached forbids everything; one that redirects forever does not', async () => {
    const lost = cache(() => Promise.reject(new FetchFault('timeout', 'too slow')));
    expect(((await lost.check('/')) as Fault).code).toBe('fetch_refused');
    const circle = cache(() => Promise.reject(new FetchFault('redirect', 'in a circle')));
    expect(await circle.check('/')).toBe('allowed');
  });

  test('of the site asked longest ago is forgotten first, when there are too many', async () => {
    const { check, loaded } = cache(async () => ({ status: 404, text: '' }));
    for (let n = 0; n < 1_000; n += 1) await check('/', `http://site${n}.invalid`);
    await check('/', 'http://site0.invalid');
    await check('/', 'http://one-more.invalid');
    loaded.length = 0;
    await check('/', 'http://site0.invalid');
    await check('/', 'http://site1.invalid');
    expect(loaded).toEqual(['http://site1.invalid/robots.txt']);
  });

  test('counts by its size, too', async () => {
    const text = `User-agent: *\n${'Disallow: /aaaaaaaaaaaaaaaa\n'.repeat(18_000)}`;
    const { check, loaded } = cache(async () => ({ status: 200, text }));
    for (let n = 0; n < 50; n += 1) await check('/b', `http://site${n}.invalid`);
    loaded.length = 0;
    await check('/b', 'http://site49.invalid');
    await check('/b', 'http://site0.invalid');
    expect(loaded).toEqual(['http://site0.invalid/robots.txt']);
  });
});
