import { Database } from 'bun:sqlite';
import { afterEach, beforeEach, expect, test } from 'bun:test';
import { ManualClock } from '../../tests/support/clock';
import { openTestDatabase, type TestDatabase } from '../../tests/support/database';
import { type Audit, createAudit } from '../audit/service';
import { createStripeEvents, type StripeEventHandler } from './events';

let file: TestDatabase;
let audit: Audit;
let handled: unknown[];

beforeEach(async () => {
  handled = [];
  file = await openTestDatabase();
  audit = createAudit({ db: file.db, clock: new ManualClock() });
  const raw = new Database(file.path, { readwrite: true });
  raw.exec(`INSERT INTO stripe_event (id, event_type, body, received_ms) VALUES
    ('evt_1', 'invoice.paid', '{"amount":5}', 1), ('evt_2', 'invoice.paid', NULL, 2),
    ('evt_3', 'price.updated', '{}', 3)`);
  raw.close();
});
afterEach(() => file.close());

const eventsWith = (handle: StripeEventHandler) =>
  createStripeEvents({ db: file.db, audit, handlers: new Map([['invoice.paid', handle]]) });

const keep: StripeEventHandler = async (_, event) => {
  handled.push(event);
};

test('events are listed from the newest, and say whether they have a body', async () => {
  const rows = await eventsWith(keep).list({ limit: 2, offset: 0 });
  expect(rows.map(({ id, hasBody }) => [id, hasBody])).toEqual([
    ['evt_3', true],
    ['evt_2', false],
  ]);
});

test('a replay gives the stored body to the handler of its type, and is in the audit log', async () => {
  await eventsWith(keep).replay('admin', 'evt_1');
  expect(handled).toEqual([{ amount: 5 }]);
  expect(await audit.list({ limit: 9, offset: 0 })).toMatchObject([
    { actorId: 'admin', action: 'stripe_event.replay', subject: 'evt_1' },
  ]);
});

test('a replay that fails is not in the audit log', async () => {
  const failing = eventsWith(async () => {
    throw new Error('told to');
  });
  await expect(failing.replay('admin', 'evt_1')).rejects.toThrow('told to');
  expect(await audit.list({ limit: 9, offset: 0 })).toEqual([]);
});

test.each([
  ['that is not there', 'evt_9'],
  ['without a stored body', 'evt_2'],
  ['of a type that nothing handles', 'evt_3'],
])('an event %s is not replayed', async (_, id) => {
  await expect(eventsWith(keep).replay('admin', id)).rejects.toMatchObject({ code: 'not_found' });
  expect(handled).toEqual([]);
  expect(await audit.list({ limit: 9, offset: 0 })).toEqual([]);
});
