import { afterAll, afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { createHmac } from 'node:crypto';
import { asyncProperty, assert as check, string } from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { cleanUp } from '../../tests/support/cleanup';
import {
  deliverTo,
  openWebhooks,
  type Received,
  startReceiver,
  type WebhookWorld,
} from '../../tests/support/webhooks';
import { Fault } from '../lib/fault';
import { createWebhookSweepHandler } from './jobs';
import { DELIVER_WEBHOOK } from './service';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const ALL = { limit: 100, offset: 0 };

let world: WebhookWorld;
let userId: string;
beforeEach(async () => {
  // The library of Standard Webhooks looks at the real time.
  world = await openWebhooks({ nowMs: Date.now() });
  userId = await world.addUser();
});
afterEach(() => world.close());
afterAll(cleanUp);

const delivery = (id: string) => world.webhooks.delivery(id);
const outbox = () => world.mail.list(ALL);

/** Makes what is due for so many days, a few hours at a time. */
async function live(days: number): Promise<void> {
  for (let step = 0; step < days * 8; step += 1) {
    await world.runDue();
    world.clock.advance(3 * HOUR_MS);
  }
}

async function faultOf(call: () => Promise<unknown>): Promise<Fault> {
  try {
    await call();
  } catch (thrown) {
    if (thrown instanceof Fault) return thrown;
    throw thrown;
  }
  throw new Error('it was accepted');
}

describe('an address', () => {
  test('that could never be called is refused when it is taken in, by the name of its field', async () => {
    for (const url of [
      'ftp://example.com/',
      'javascript:alert(1)',
      'example.com/hook',
      '',
      'http://10.1.2.3/',
      'http://0x0a.1/',
      'http://[::ffff:10.0.0.1]/hook',
      'http://169.254.169.254/latest/meta-data',
      'https://user:password@example.com/',
      'http://example.com:6379/',
      `https://example.com/${'a'.repeat(3_000)}`,
    ]) {
      const fault = await faultOf(() => world.webhooks.checkedUrl(url, 'webhook_url'));
      expect(fault).toMatchObject({ code: 'invalid_request', field: 'webhook_url' });
      expect(fault.message).toStartWith('webhook_url');
    }
  });

  test('of this machine is refused unless the operator allows it', async () => {
    const strict = await openWebhooks({ guard: { allow: [] } });
    for (const url of ['http://localhost:8080/', 'http://127.1/', 'http://a.localhost/']) {
      const fault = await faultOf(() => strict.webhooks.checkedUrl(url, 'callback_url'));
      expect(fault.field).toBe('callback_url');
      expect(await world.webhooks.checkedUrl(url, 'callback_url')).toStartWith('http://');
    }
    await strict.close();
  });

  test('that may be called is answered as it will be called', async () => {
    const { checkedUrl } = world.webhooks;
    expect(await checkedUrl('HTTP://127.0.0.1/a?b=c#d', 'x')).toBe('http://127.0.0.1/a?b=c');
  });
});

describe('a delivery', () => {
  test('exists if, and only if, the write that makes it is committed', async () => {
    const { url, received } = startReceiver();
    const failing = world.db.write(async (tx) => {
      await world.queue.enqueue(tx, { id: 'j', kind: 'work', userId, cost: 1 });
      const told = { userId, jobId: 'j', url, event: 'research.completed', body: '{}' };
      await world.webhooks.enqueue(tx, told);
      throw new Error('changed my mind');
    });
    await failing.catch(() => {});
    expect(await world.webhooks.deliveries(ALL)).toEqual([]);
    expect(await world.queue.counts()).toEqual([]);
    await deliverTo(world, userId, url);
    await world.runDue();
    expect(received).toHaveLength(1);
  });

  test('sends its body byte for byte, signed in both ways', async () => {
    const { url, received } = startReceiver();
    const secret = await world.webhooks.secret(userId);
    await check(
      asyncProperty(string({ unit: 'grapheme', maxLength: 200 }), async (text) => {
        received.length = 0;
        const body = JSON.stringify({ text }, null, 1);
        const { id } = await deliverTo(world, userId, `${url}hook?a=b`, body);
        await world.runDue();
        const [request] = received;
        expect(request!.body).toBe(body);
        expect(request!.headers.get('content-type')).toBe('application/json');
        expect(request!.headers.get('user-agent')).toBe('SondeBot/test');
        expect(request!.headers.get('webhook-id')).toBe(id);
        expect(new Webhook(secret).verify(request!.body, headersOf(request!))).toEqual({ text });
        const hex = createHmac('sha256', secret).update(request!.body).digest('hex');
        expect(request!.headers.get('x-infrence-signature')).toBe(`sha256=${hex}`);
      }),
      { numRuns: 20 },
    );
  });

  test('is shown to its owner and to the operator, and is not there for anybody else', async () => {
    const { url } = startReceiver();
    const { id, jobId } = await deliverTo(world, userId, url);
    const other = await world.addUser();
    const { webhooks } = world;
    for (const call of [webhooks.delivery, webhooks.attempts, webhooks.retry]) {
      const thrown = await call(id, other).catch((fault: unknown) => fault);
      expect(thrown).toMatchObject({ code: 'not_found', field: 'id' });
    }
    expect(await webhooks.delivery(id, userId)).toMatchObject({ id, jobId, url, userId });
    expect(await webhooks.attempts(id)).toEqual([]);
    expect(await webhooks.deliveries({ userId: other, ...ALL })).toEqual([]);
    expect(await webhooks.deliveries({ userId, state: 'delivered', ...ALL })).toEqual([]);
    expect(await webhooks.deliveries({ userId, jobId, state: 'pending', ...ALL })).toMatchObject([
      { id, email: `${userId}@example.com` },
    ]);
    expect(await webhooks.stateOfJob('no job')).toBeUndefined();
  });

  test('that was canceled in the queue has failed', async () => {
    const { url, received } = startReceiver();
    const { id } = await deliverTo(world, userId, url);
    const [job] = await world.queue.list({ kind: DELIVER_WEBHOOK, ...ALL });
    await world.queue.requestCancel(job!.id);
    expect(await delivery(id)).toMatchObject({ state: 'failed', error: 'canceled' });
    await world.runDue();
    expect(received).toEqual([]);
  });

  test('that was sent again by hand is not touched by the job that had it before', async () => {
    const { url } = startReceiver();
    const { id } = await deliverTo(world, userId, url);
    const [job] = await world.queue.list({ kind: DELIVER_WEBHOOK, ...ALL });
    await world.webhooks.retry(id);
    await world.queue.requestCancel(job!.id);
    expect((await delivery(id)).state).toBe('pending');
    await world.runDue();
    expect((await delivery(id)).state).toBe('delivered');
  });

  test('that failed is sent again by hand, with tries of its own', async () => {
    let code = 410;
    const { url, received } = startReceiver(() => new Response(null, { status: code }));
    const { id } = await deliverTo(world, userId, url);
    await world.runDue();
    await world.webhooks.retry(id, userId);
    expect(await delivery(id)).toMatchObject({ state: 'pending', error: null, endedMs: null });
    code = 500;
    await world.runDue();
    expect((await delivery(id)).state).toBe('pending');
    code = 200;
    world.clock.advance(HOUR_MS);
    await world.runDue();
    expect(await delivery(id)).toMatchObject({ state: 'delivered' });
    expect((await world.webhooks.attempts(id)).map(({ status }) => status)).toEqual([
      410, 500, 200,
    ]);
    expect(new Set(received.map(({ headers }) => headers.get('webhook-id'))).size).toBe(1);
  });

  test('that waits is sent at once by hand, and the try that it waited for is not made too', async () => {
    const answers = [500];
    const { url, received } = startReceiver(
      () => new Response(null, { status: answers.shift() ?? 200 }),
    );
    const { id } = await deliverTo(world, userId, url);
    await world.runDue();
    await world.webhooks.retry(id);
    await world.webhooks.retry(id);
    await world.runDue();
    expect((await delivery(id)).state).toBe('delivered');
    await live(1);
    expect(received).toHaveLength(2);
  });

  test('keeps how it ended, but not its body and its tries, for more than 30 days', async () => {
    const { url } = startReceiver();
    const { id } = await deliverTo(world, userId, url);
    await world.runDue();
    const sweep = () => createWebhookSweepHandler(world.webhooks).perform({} as never);
    world.clock.advance(29 * DAY_MS);
    await sweep();
    expect(await world.webhooks.attempts(id)).toHaveLength(1);
    const young = await deliverTo(world, userId, url);
    world.clock.advance(2 * DAY_MS);
    await sweep();
    expect(await delivery(id)).toMatchObject({ state: 'delivered' });
    expect(await world.webhooks.attempts(id)).toEqual([]);
    expect(world.webhooks.retry(id)).rejects.toThrow('30 days');
    await world.webhooks.retry(young.id);
  });
});

describe('an endpoint', () => {
  let code: number;
  let url: string;
  let received: Received[];
  beforeEach(() => {
    code = 503;
    ({ url, received } = startReceiver(() => new Response(null, { status: code })));
  });

  /** A delivery a day, each given up at once, until it is off. */
  async function failForAWeek(): Promise<string> {
    code = 410;
    let last = '';
    for (let day = 0; day < 8; day += 1) {
      if (day > 0) world.clock.advance(DAY_MS);
      last = (await deliverTo(world, userId, `${url}day/${day}`)).id;
      await world.runDue();
    }
    return last;
  }

  test('is off after a week in which every delivery failed, and its owner gets one mail', async () => {
    const first = await deliverTo(world, userId, url);
    await live(5);
    expect((await delivery(first.id)).error).toBe('http_error');
    expect(await outbox()).toEqual([]);
    await deliverTo(world, userId, url);
    await live(1);
    const last = await deliverTo(world, userId, url);
    await live(4);
    expect(await delivery(last.id)).toMatchObject({ state: 'failed', error: 'endpoint_disabled' });
    const [mail, ...more] = await outbox();
    expect(more).toEqual([]);
    expect(mail).toMatchObject({ recipient: `${userId}@example.com` });
    expect(mail!.text).toContain(new URL(url).origin);
    expect(mail!.text).toContain('http_error');
    received.length = 0;
    const { id } = await deliverTo(world, userId, url);
    await live(4);
    expect(received).toEqual([]);
    expect(await delivery(id)).toMatchObject({ state: 'failed', error: 'endpoint_disabled' });
    expect(await world.webhooks.attempts(id)).toEqual([]);
  });

  test('stays on when it takes one a week, and when another user has given up on it', async () => {
    const other = await world.addUser();
    await failForAWeek();
    expect(await outbox()).toHaveLength(1);
    code = 200;
    const { id } = await deliverTo(world, other, url);
    await world.runDue();
    expect((await delivery(id)).state).toBe('delivered');
    for (let day = 0; day < 20; day += 1) {
      code = day % 6 === 5 ? 200 : 410;
      await deliverTo(world, other, url);
      await world.runDue();
      world.clock.advance(DAY_MS);
    }
    expect(await outbox()).toHaveLength(1);
  });

  test('is on again when it takes what is sent to it by hand', async () => {
    const last = await failForAWeek();
    received.length = 0;
    code = 503;
    await world.webhooks.retry(last);
    await live(1);
    expect(received).toHaveLength(1);
    expect(await delivery(last)).toMatchObject({ state: 'failed', error: 'endpoint_disabled' });
    code = 200;
    await world.webhooks.retry(last);
    await world.runDue();
    expect((await delivery(last)).state).toBe('delivered');
    const { id } = await deliverTo(world, userId, url);
    await world.runDue();
    expect((await delivery(id)).state).toBe('delivered');
  });

  test('is on again when somebody says so, and then has a week as any other', async () => {
    await failForAWeek();
    const origin = await world.webhooks.enable(userId, `${url}any/path`);
    expect(origin).toBe(new URL(url).origin);
    expect(world.webhooks.enable(userId, url)).rejects.toMatchObject({ code: 'not_found' });
    const { id } = await deliverTo(world, userId, url);
    await world.runDue();
    expect((await delivery(id)).error).toBe('gone');
    expect(await outbox()).toHaveLength(1);
    await failForAWeek();
    expect(await outbox()).toHaveLength(2);
  });

  test('that is on, or was never called, cannot be enabled', () => {
    for (const each of [url, 'no address'])
      expect(world.webhooks.enable(userId, each)).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('a secret', () => {
  test('is made at its first use, and each user has another', async () => {
    const { url, received } = startReceiver();
    await deliverTo(world, userId, url);
    await world.runDue();
    const secret = await world.webhooks.secret(userId);
    expect(await world.webhooks.secret(userId)).toBe(secret);
    new Webhook(secret).verify(received[0]!.body, headersOf(received[0]!));
    expect(await world.webhooks.secret(await world.addUser())).not.toBe(secret);
  });

  test('that was rotated signs beside the new one for 24 hours, and then no more', async () => {
    const { url, received } = startReceiver();
    const old = await world.webhooks.secret(userId);
    const { secret, previousUntilMs } = await world.webhooks.rotateSecret(userId);
    expect(previousUntilMs - world.clock.nowMs()).toBe(DAY_MS);
    const signaturesNow = async () => {
      received.length = 0;
      await deliverTo(world, userId, url);
      await world.runDue();
      const headers = received[0]!.headers;
      const infrence = createHmac('sha256', secret).update(received[0]!.body).digest('hex');
      expect(headers.get('x-infrence-signature')).toBe(`sha256=${infrence}`);
      return headers.get('webhook-signature')!.split(' ').length;
    };
    expect(await signaturesNow()).toBe(2);
    for (const each of [old, secret])
      new Webhook(each).verify(received[0]!.body, headersOf(received[0]!));
    world.clock.advance(DAY_MS - 1);
    expect(await signaturesNow()).toBe(2);
    world.clock.advance(1);
    expect(await signaturesNow()).toBe(1);
  });

  test('that was rotated twice in a day signs no more: at most two sign', async () => {
    const first = await world.webhooks.secret(userId);
    await world.webhooks.rotateSecret(userId);
    await world.webhooks.rotateSecret(userId);
    const { url, received } = startReceiver();
    await deliverTo(world, userId, url);
    await world.runDue();
    expect(received[0]!.headers.get('webhook-signature')!.split(' ')).toHaveLength(2);
    const verify = () => new Webhook(first).verify(received[0]!.body, headersOf(received[0]!));
    expect(verify).toThrow('No matching signature');
  });
});

function headersOf({ headers }: Received): Record<string, string> {
  return Object.fromEntries(headers);
}
