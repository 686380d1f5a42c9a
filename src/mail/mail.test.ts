import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { ManualClock } from '../../tests/support/clock';
import { openTestDatabase, type TestDatabase } from '../../tests/support/database';
import { recordingLog } from '../../tests/support/log';
import { createQueue, type Queue } from '../jobs/queue';
import { createRunner } from '../jobs/runner';
import { createSqliteEngine } from '../jobs/sqlite/engine';
import { systemChance } from '../lib/ids';
import { createMailHandler, createMailSweepHandler } from './jobs';
import { createMail, type Mail, SEND_MAIL } from './service';
import { createSmtpTransport } from './smtp';
import type { Delivery, MailTransport } from './types';

const LEASE_MS = 15_000;
const DAY_MS = 86_400_000;
const PAGE = { limit: 10, offset: 0 };
const MESSAGE = { to: 'ana@example.com', subject: 'Hello', text: 'https://example.com/?token=t' };

let file: TestDatabase;
let clock: ManualClock;
let log: ReturnType<typeof recordingLog>;
let queue: Queue;
let mail: Mail;
let runJobs: () => Promise<void>;

beforeEach(async () => {
  file = await openTestDatabase();
});
afterEach(() => file.close());

function openMail(transport?: MailTransport): void {
  clock = new ManualClock();
  log = recordingLog();
  const ports = { db: file.db, clock, log, chance: systemChance };
  const engine = createSqliteEngine(file.db);
  queue = createQueue({ engine, clock, log });
  mail = createMail({ ...ports, queue, transport });
  const handlers = [createMailHandler({ mail, chance: systemChance })];
  const runner = createRunner({ ...ports, engine, queue, handlers, leaseMs: LEASE_MS, graceMs: 0 });
  runJobs = async () => {
    for (const job of await queue.claim(SEND_MAIL, 100, LEASE_MS)) await runner.perform(job);
  };
}

const answering = (...deliveries: Delivery[]): MailTransport => ({
  deliver: async () => deliveries.shift() ?? { outcome: 'accepted' },
});
const send = (message = MESSAGE) => file.db.write((tx) => mail.send(tx, message));
const newest = async () => (await mail.list(PAGE))[0]!;

describe('a message', () => {
  test('is in the outbox if, and only if, the write that sends it is committed', async () => {
    openMail();
    const failing = file.db.write(async (tx) => {
      await mail.send(tx, MESSAGE);
      throw new Error('changed my mind');
    });
    expect(failing).rejects.toThrow('changed my mind');
    expect(await mail.list(PAGE)).toEqual([]);
    expect(await queue.counts()).toEqual([]);
    await send();
    expect(await newest()).toMatchObject({ recipient: MESSAGE.to, state: 'unsent', html: null });
  });

  test('cannot smuggle a header', () => {
    openMail();
    expect(send({ ...MESSAGE, subject: 'Hello\r\nBcc: all@example.com' })).rejects.toThrow(
      'header',
    );
    expect(send({ ...MESSAGE, to: 'ana@example.com\nx' })).rejects.toThrow('header');
  });

  test('stays in the outbox without a mail server, and one line of the log tells of it', async () => {
    openMail();
    await send();
    await runJobs();
    expect(await newest()).toMatchObject({ state: 'unsent', text: MESSAGE.text });
    expect(log.records).toMatchObject([{ event: 'mail.kept', fields: { subject: 'Hello' } }]);
    expect(JSON.stringify(log.records)).not.toContain('token=');
    expect(await queue.counts()).toEqual([]);
  });

  test('that was sent loses its text', async () => {
    openMail(answering({ outcome: 'accepted' }));
    await send();
    await runJobs();
    expect(await newest()).toMatchObject({ state: 'sent', text: null, endedMs: clock.nowMs() });
  });

  test('that is refused is not tried again', async () => {
    openMail(answering({ outcome: 'refused', error: 'no such user' }));
    await send();
    await runJobs();
    expect(await newest()).toMatchObject({ state: 'failed', error: 'no such user' });
    expect(await queue.counts()).toEqual([]);
  });

  test('that is deferred is tried again later', async () => {
    openMail(answering({ outcome: 'deferred', error: 'busy' }, { outcome: 'accepted' }));
    await send();
    await runJobs();
    expect(await newest()).toMatchObject({ state: 'unsent', text: MESSAGE.text });
    await runJobs();
    expect((await newest()).state).toBe('unsent');
    clock.advance(1_000);
    await runJobs();
    expect((await newest()).state).toBe('sent');
  });

  test('that no server takes in all attempts has failed, and says why', async () => {
    const deferred = Array.from(
      { length: 20 },
      () => ({ outcome: 'deferred', error: 'busy' }) as const,
    );
    openMail(answering(...deferred));
    await send();
    for (let attempt = 0; attempt < 12; attempt++) {
      await runJobs();
      clock.advance(10 * 60_000);
    }
    expect(await newest()).toMatchObject({ state: 'failed', error: 'busy' });
  });

  test('is forgotten after 30 days', async () => {
    openMail();
    await send();
    clock.advance(29 * DAY_MS);
    await send({ ...MESSAGE, subject: 'Later' });
    clock.advance(2 * DAY_MS);
    await createMailSweepHandler(mail).perform({} as never);
    expect((await mail.list(PAGE)).map((message) => message.subject)).toEqual(['Later']);
  });
});

/** Speaks as much SMTP as a client needs; `replyTo` may answer a command in its own way. */
function smtpServer(replyTo: (command: string) => string | undefined = () => undefined) {
  const received: string[] = [];
  const server = Bun.listen<{ inData: boolean; text: string }>({
    hostname: '127.0.0.1',
    port: 0,
    socket: {
      open(socket) {
        socket.data = { inData: false, text: '' };
        socket.write('220 test\r\n');
      },
      data(socket, bytes) {
        socket.data.text += bytes.toString();
        for (let end = lineEnd(socket.data); end >= 0; end = lineEnd(socket.data)) {
          const line = socket.data.text.slice(0, end);
          socket.data.text = socket.data.text.slice(end + 2);
          received.push(line);
          const reply = socket.data.inData ? inMessage(socket.data, line) : answer(line);
          if (line === 'DATA' && reply?.startsWith('354')) socket.data.inData = true;
          if (reply) socket.write(`${reply}\r\n`);
        }
      },
    },
  });
  const lineEnd = (data: { text: string }) => data.text.indexOf('\r\n');
  const inMessage = (data: { inData: boolean }, line: string) => {
    if (line !== '.') return undefined;
    data.inData = false;
    return replyTo('.') ?? '250 queued';
  };
  const answer = (line: string) => replyTo(line) ?? (line === 'DATA' ? '354 go on' : '250 ok');
  return {
    received,
    url: `smtp://127.0.0.1:${server.port}`,
    stop: () => server.stop(true),
  };
}

describe('delivery by SMTP', () => {
  const message = {
    id: 'message-1',
    recipient: 'ana@example.com',
    subject: 'Grüße',
    text: 'Hi',
    html: null,
  };
  const from = 'Sonde <sonde@example.com>';

  async function deliver(
    replyTo?: (command: string) => string | undefined,
    recipient = message.recipient,
  ) {
    const server = smtpServer(replyTo);
    const transport = createSmtpTransport({ url: server.url, from });
    const delivery = await transport.deliver({ ...message, recipient });
    server.stop();
    return { delivery, received: server.received };
  }

  test('hands the message over, under an id that stays the same', async () => {
    const { delivery, received } = await deliver();
    expect(delivery).toEqual({ outcome: 'accepted' });
    expect(received).toContain('MAIL FROM:<sonde@example.com>');
    expect(received).toContain('RCPT TO:<ana@example.com>');
    expect(received).toContain('Message-ID: <message-1@sonde>');
    expect(received).toContain('Hi');
  });

  test.each([
    ['RCPT', '550 no such user', 'refused'],
    ['.', '554 we do not like it', 'refused'],
    ['RCPT', '451 greylisted', 'deferred'],
    ['.', '452 full', 'deferred'],
    ['MAIL', '421 going down', 'deferred'],
  ])('a reply to %s of %s means %s', async (command, reply, outcome) => {
    const { delivery } = await deliver((line) => (line.startsWith(command) ? reply : undefined));
    expect(delivery.outcome).toBe(outcome as Delivery['outcome']);
  });

  test('goes to one address, whatever stands in it', async () => {
    const { received } = await deliver(undefined, 'a,b@example.com');
    expect(received.filter((line) => line.startsWith('RCPT')).length).toBeLessThanOrEqual(1);
  });

  test('waits for a server that cannot be reached, or does not let us in', async () => {
    const server = smtpServer();
    server.stop();
    const gone = createSmtpTransport({ url: server.url, from });
    expect(await gone.deliver(message)).toMatchObject({ outcome: 'deferred' });
    const strict = smtpServer((line) => {
      if (line.startsWith('EHLO')) return '250-test\r\n250 AUTH PLAIN';
      return line.startsWith('AUTH') ? '535 wrong password' : undefined;
    });
    const url = strict.url.replace('smtp://', 'smtp://me:wrong@');
    const unwelcome = createSmtpTransport({ url, from });
    expect(await unwelcome.deliver(message)).toMatchObject({ outcome: 'deferred' });
    strict.stop();
  });

  test.each(['', 'mail.example.com', 'http://mail.example.com'])('"%s" is no server', (url) => {
    expect(() => createSmtpTransport({ url, from })).toThrow('SONDE_SMTP_URL');
  });
});
