import { afterAll, describe, expect, test } from 'bun:test';
import { Elysia } from 'elysia';
import { ManualClock } from '../../tests/support/clock';
import { silentLog } from '../../tests/support/log';
import { composeApp } from './app';
import { createRateLimiter, limitSignIn, type RateLimiter } from './limits';
import { listen } from './listen';

const closers: (() => unknown)[] = [];
afterAll(() => Promise.all(closers.map((close) => close())));

describe('a limiter', () => {
  test('lets a minute’s worth through at once, and then as many as the time allows', () => {
    const clock = new ManualClock();
    const limiter = createRateLimiter({ clock, perMinute: 60 });
    for (let left = 59; left >= 0; left -= 1) {
      expect(limiter.take('192.0.2.1')).toMatchObject({ isAllowed: true, remaining: left });
    }
    const refused = { isAllowed: false, remaining: 0, waitSeconds: 1 };
    expect(limiter.take('192.0.2.1')).toEqual(refused);
    expect(limiter.take('192.0.2.2').isAllowed).toBe(true);
    clock.advance(999);
    expect(limiter.take('192.0.2.1')).toEqual(refused);
    clock.advance(1);
    expect(limiter.take('192.0.2.1').isAllowed).toBe(true);
    expect(limiter.take('192.0.2.1').isAllowed).toBe(false);
    clock.advance(3_600_000);
    expect(limiter.take('192.0.2.1').remaining).toBe(59);
  });

  test('takes a network of IPv6, and an IPv4 address in its guise, for one client', () => {
    const limiter = createRateLimiter({ clock: new ManualClock(), perMinute: 1 });
    expect(limiter.take('2001:db8:0:1::1').isAllowed).toBe(true);
    expect(limiter.take('2001:db8:0:1:ffff::2').isAllowed).toBe(false);
    expect(limiter.take('2001:db8:0:2::1').isAllowed).toBe(true);
    expect(limiter.take('192.0.2.1').isAllowed).toBe(true);
    expect(limiter.take('::ffff:192.0.2.1').isAllowed).toBe(false);
  });

  test('remembers so many addresses, and forgets the one that was quiet longest', () => {
    const limiter = createRateLimiter({ clock: new ManualClock(), perMinute: 1, maxAddresses: 2 });
    limiter.take('192.0.2.1');
    limiter.take('192.0.2.2');
    limiter.take('192.0.2.1');
    limiter.take('192.0.2.3');
    expect(limiter.take('192.0.2.1').isAllowed).toBe(false);
    expect(limiter.take('192.0.2.2').isAllowed).toBe(true);
  });
});

describe('signing in', () => {
  function serve(limiter: RateLimiter | undefined) {
    const routes = new Elysia({ name: 'test.sign-in' })
      .post('/login', () => ({ ok: true }), { beforeHandle: limitSignIn(limiter) })
      .get('/me', () => ({ ok: true }));
    const app = composeApp({ log: silentLog, routes: [routes] });
    const listening = listen(app, { host: '127.0.0.1', port: 0 });
    closers.push(() => listening.stop(0));
    return listening.url;
  }

  test('too often is 429 with the seconds to wait and the RateLimit fields', async () => {
    const url = serve(createRateLimiter({ clock: new ManualClock(), perMinute: 2 }));
    const login = () => fetch(`${url}/login`, { method: 'POST' });
    const first = await login();
    expect(first.status).toBe(200);
    expect(first.headers.get('ratelimit-policy')).toBe('"sign-in";q=2;w=60');
    expect(first.headers.get('ratelimit')).toBe('"sign-in";r=1;t=0');
    await login();
    const refused = await login();
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('30');
    expect(refused.headers.get('ratelimit')).toBe('"sign-in";r=0;t=30');
    expect(await refused.json()).toMatchObject({ code: 'rate_limited' });
    expect((await fetch(`${url}/me`)).status).toBe(200);
  });

  test('is not counted where no limit is set', async () => {
    const url = serve(undefined);
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => fetch(`${url}/login`, { method: 'POST' })),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(answers[0]?.headers.has('ratelimit')).toBe(false);
  });
});
