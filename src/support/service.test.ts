import { Database } from 'bun:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { ManualClock } from '../../tests/support/clock';
import { openTestDatabase, type TestDatabase } from '../../tests/support/database';
import { silentLog } from '../../tests/support/log';
import { type Audit, createAudit } from '../audit/service';
import { OPERATOR } from '../audit/types';
import { createQueue } from '../jobs/queue';
import { createSqliteEngine } from '../jobs/sqlite/engine';
import { systemChance } from '../lib/ids';
import { createMail, type Mail } from '../mail/service';
import { createSupport, type Support } from './service';

const [ANA, ADMIN, OTHER_ADMIN] = ['ana', 'admin', 'other'] as const;
const PAGE = { limit: 10, offset: 0 };

let file: TestDatabase;
let audit: Audit;
let mail: Mail;
let support: Support;

beforeEach(async () => {
  file = await openTestDatabase();
  const ports = { db: file.db, clock: new ManualClock(), chance: systemChance, log: silentLog };
  audit = createAudit(ports);
  mail = createMail({
    ...ports,
    queue: createQueue({ ...ports, engine: createSqliteEngine(file.db) }),
  });
  support = createSupport({ ...ports, audit, mail });
  const raw = new Database(file.path, { readwrite: true });
  for (const id of [ANA, ADMIN, OTHER_ADMIN]) {
    raw
      .query(
        `INSERT INTO user (id, email, role, status, created_ms)
         VALUES (?, ?, 'member', 'active', 0)`,
      )
      .run(id, `${id}@example.com`);
  }
  raw.close();
});
afterEach(() => file.close());

const open = (change: { category?: string; subject?: string; body?: string } = {}) =>
  support.open({
    userId: ANA,
    email: 'ana@example.com',
    category: 'bug',
    subject: 'It hangs',
    body: 'Since Monday.',
    ...change,
  });

const actions = async () =>
  (await audit.list({ limit: 50, offset: 0 })).map(({ actorId, action }) => [actorId, action]);

describe('a new ticket', () => {
  test('is open, and found by its status, its category and its user', async () => {
    const bug = await open();
    const billing = await open({ category: 'billing' });
    const ids = async (filter: object) =>
      (await support.list({ ...PAGE, ...filter })).map(({ id }) => id);
    expect(await ids({})).toEqual([billing.id, bug.id]);
    expect(await ids({ category: 'bug' })).toEqual([bug.id]);
    await support.close(ADMIN, bug.id);
    expect(await ids({ status: 'open' })).toEqual([billing.id]);
    expect(await ids({ status: 'closed', category: 'billing' })).toEqual([]);
    expect(await ids({ limit: 1, offset: 1 })).toEqual([bug.id]);
    expect([await support.openCount(), await support.openCount(ADMIN)]).toEqual([1, 0]);
  });

  test.each([
    ['category', 'unknown', 'complaint'],
    ['category', 'empty', ''],
    ['subject', 'empty', ''],
    ['subject', 'blank', ' \n '],
    ['subject', 'too long', 'x'.repeat(201)],
    ['body', 'blank', ' '],
    ['body', 'too long', 'x'.repeat(20_001)],
  ])('whose %s is %s is refused by that name', async (field, _, value) => {
    await expect(open({ [field]: value })).rejects.toMatchObject({
      code: 'invalid_request',
      field,
    });
    expect(await support.list(PAGE)).toEqual([]);
  });

  test('has a subject of one line, because a mail will carry it', async () => {
    const { subject, id } = await open({ subject: ' Hello\r\nBcc: all@example.com ' });
    expect(subject).toBe('Hello Bcc: all@example.com');
    await support.reply(ADMIN, { ticketId: id, body: 'Hello', sendEmail: true });
    expect(await mail.list(PAGE)).toHaveLength(1);
  });
});

describe('a reply', () => {
  test('is mailed to the asker when it is asked for, and not otherwise', async () => {
    const { id } = await open();
    await support.reply(ADMIN, { ticketId: id, body: 'Quietly noted', sendEmail: false });
    expect(await mail.list(PAGE)).toEqual([]);
    await support.reply(ADMIN, { ticketId: id, body: 'Fixed today', sendEmail: true });
    const [message, ...others] = await mail.list(PAGE);
    expect(others).toEqual([]);
    expect(message).toMatchObject({ recipient: 'ana@example.com', subject: 'Re: It hangs' });
    expect(message?.text).toContain('Fixed today');
    expect(message?.text).toContain('> Since Monday.');
    const { replies } = await support.show(id);
    expect(replies.map((reply) => [reply.body, reply.sentEmail])).toEqual([
      ['Quietly noted', false],
      ['Fixed today', true],
    ]);
    expect(await support.list(PAGE)).toMatchObject([{ id, replyCount: 2 }]);
  });

  test('gives the ticket to the first admin who writes one', async () => {
    const { id } = await open();
    const assigned = async () => (await support.show(id)).ticket.assignedAdminId;
    await support.reply(OPERATOR, { ticketId: id, body: 'One', sendEmail: false });
    expect(await assigned()).toBeNull();
    await support.reply(ADMIN, { ticketId: id, body: 'Two', sendEmail: false });
    await support.reply(OTHER_ADMIN, { ticketId: id, body: 'Three', sendEmail: false });
    expect(await assigned()).toBe(ADMIN);
    const { replies } = await support.show(id);
    expect(replies.map(({ adminId }) => adminId)).toEqual([null, ADMIN, OTHER_ADMIN]);
  });

  test('that is empty, or to no ticket, leaves no trace', async () => {
    const { id } = await open();
    const empty = support.reply(ADMIN, { ticketId: id, body: ' ', sendEmail: true });
    await expect(empty).rejects.toMatchObject({ code: 'invalid_request', field: 'body' });
    const lost = support.reply(ADMIN, { ticketId: 'none', body: 'Hello', sendEmail: true });
    await expect(lost).rejects.toMatchObject({ code: 'not_found' });
    expect(await mail.list(PAGE)).toEqual([]);
    expect(await actions()).toEqual([]);
  });
});

describe('what an admin does', () => {
  test('is in the audit log, and what changes nothing is not', async () => {
    const { id } = await open();
    await support.reopen(ADMIN, id);
    await support.close(ADMIN, id);
    await support.close(ADMIN, id);
    await support.reopen(OTHER_ADMIN, id);
    await support.reply(OPERATOR, { ticketId: id, body: 'Hello', sendEmail: false });
    expect(await actions()).toEqual([
      [OPERATOR, 'ticket.reply'],
      [OTHER_ADMIN, 'ticket.reopen'],
      [ADMIN, 'ticket.close'],
    ]);
    expect((await support.show(id)).ticket.status).toBe('open');
    await expect(support.close(ADMIN, 'none')).rejects.toMatchObject({ code: 'not_found' });
  });
});
