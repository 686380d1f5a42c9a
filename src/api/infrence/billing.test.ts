import { afterEach, beforeEach, expect, test } from 'bun:test';
import { openAccountApi } from '../../../tests/support/account-api';

let api: Awaited<ReturnType<typeof openAccountApi>>;
let ann: string;
beforeEach(async () => {
  api = await openAccountApi(Date.UTC(2026, 2, 10));
  await api.addUser('ann', 0.1);
  ann = await api.signIn('ann');
});
afterEach(() => api.file.close());

const topup = (change: object) =>
  api.call('PUT', '/api/billing/auto-topup', ann, {
    enabled: true,
    threshold_credits: 100,
    pack_id: 'small',
    ...change,
  });

test('plans are for everybody to read, with the credits that each includes', async () => {
  const { status, body } = await api.call('GET', '/api/billing/plans');
  expect(status).toBe(200);
  const figures = body.map((plan: Record<string, unknown>) => [
    plan.name,
    plan.included_credits,
    plan.contact_sales,
  ]);
  expect(figures).toEqual([
    ['Free', 500, false],
    ['Developer', 4_000, false],
    ['Startup', 25_000, false],
    ['Growth', 100_000, false],
    ['Enterprise', 0, true],
  ]);
});

test('a plan is worth its price from its break-even on, and gives more than that', async () => {
  const { body } = await api.call('GET', '/api/billing/plans');
  for (const plan of body.slice(1, 4)) {
    // At the list price a credit is a cent.
    expect(plan.breakeven_credits).toBe(plan.monthly_price_cents);
    expect(plan.breakeven_credits).toBeLessThan(plan.included_credits);
  }
});

test('a larger pack costs less a credit, and none costs more than the list price', async () => {
  const { body } = await api.call('GET', '/api/billing/packs', ann);
  const prices = body.map((pack: { price_cents: number; credits: number }) => {
    return pack.price_cents / pack.credits;
  });
  expect(prices[0]).toBe(1);
  expect(prices).toEqual([...prices].sort((a, b) => b - a));
  expect(new Set(prices).size).toBe(prices.length);
});

test('nothing was paid yet', async () => {
  expect(await api.call('GET', '/api/billing/payment-history', ann)).toEqual({
    status: 200,
    body: [],
  });
});

test('what needs Stripe says that it is not configured, and an unknown pack is 400', async () => {
  const checkout = (pack_id: string) => api.call('POST', '/api/billing/checkout', ann, { pack_id });
  const notConfigured = { status: 500, body: { code: 'not_configured' } };
  expect(await checkout('small')).toMatchObject(notConfigured);
  expect(await api.call('POST', '/api/billing/portal', ann)).toMatchObject(notConfigured);
  expect(await topup({})).toMatchObject(notConfigured);
  const unknown = { status: 400, body: { code: 'invalid_request', field: 'pack_id' } };
  expect(await checkout('free')).toMatchObject(unknown);
  expect(await topup({ pack_id: 'huge', enabled: false })).toMatchObject(unknown);
});

test('automatic top-up can be off, and a bad threshold is 400', async () => {
  expect(await topup({ enabled: false })).toEqual({ status: 200, body: null });
  expect((await topup({ threshold_credits: -1 })).status).toBe(400);
  expect((await topup({ more: 1 })).status).toBe(400);
});

test('all but the plans is for users who are signed in', async () => {
  for (const [method, path, body] of [
    ['GET', '/api/billing/packs'],
    ['GET', '/api/billing/payment-history'],
    ['POST', '/api/billing/portal'],
    ['POST', '/api/billing/checkout', { pack_id: 'small' }],
    ['PUT', '/api/billing/auto-topup', {}],
  ] as const) {
    expect([path, (await api.call(method, path, undefined, body)).status]).toEqual([path, 401]);
  }
});
