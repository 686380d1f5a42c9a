import { Database } from 'bun:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { parseHTML } from 'linkedom';
import { ManualClock } from '../../tests/support/clock';
import { openTestDatabase, type TestDatabase } from '../../tests/support/database';
import { silentLog } from '../../tests/support/log';
import { createAudit } from '../audit/service';
import { composeApp } from '../http/app';
import { systemChance } from '../lib/ids';
import { createSupport, type Support } from '../support/service';
import type { Viewer } from './session';
import { supportFormRoutes } from './support';

const ana: Viewer = {
  userId: 'ana',
  email: 'ana@example.com',
  isAdmin: false,
  status: 'active',
  emailVerified: true,
  hasPassword: true,
  csrfToken: 'token',
};

let file: TestDatabase;
let support: Support;

beforeEach(async () => {
  file = await openTestDatabase();
  const ports = { db: file.db, clock: new ManualClock(), chance: systemChance, log: silentLog };
  const mail = { send: () => Promise.reject(new Error('nothing is mailed here')) };
  support = createSupport({ ...ports, audit: createAudit(ports), mail });
  const raw = new Database(file.path, { readwrite: true });
  raw
    .query(
      `INSERT INTO user (id, email, role, status, created_ms)
       VALUES ('ana', 'ana@example.com', 'member', 'active', 0)`,
    )
    .run();
  raw.close();
});
afterEach(() => file.close());

/** Who may send a form is the business of `session.ts`: here every form is Ana's. */
function send(fields: Record<string, string>): Promise<Response> {
  const browsers = {
    requireForm: async (request: Request) => ({
      viewer: ana,
      form: Object.fromEntries(new URLSearchParams(await request.text())),
    }),
  };
  const routes = [supportFormRoutes({ support, browsers })];
  return composeApp({ log: silentLog, routes }).handle(
    new Request('http://localhost/app/tickets', {
      method: 'POST',
      body: new URLSearchParams(fields),
    }),
  );
}

const tickets = () => support.list({ limit: 10, offset: 0 });

describe('POST /app/tickets', () => {
  test('opens a ticket of the user who is signed in, whatever the form says', async () => {
    const answer = await send({
      category: 'bug',
      subject: 'It broke',
      body: 'Twice.',
      userId: 'somebody else',
      email: 'else@example.com',
    });
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toBe('/support?sent');
    expect(await tickets()).toMatchObject([
      { userId: 'ana', email: 'ana@example.com', category: 'bug', subject: 'It broke' },
    ]);
  });

  test('gives a refused ticket back as it was written, with what is wrong beside its field', async () => {
    const body = '</textarea><script>alert(1)</script>';
    const answer = await send({ category: 'billing', subject: ' ', body });
    expect(answer.status).toBe(400);
    const { document } = parseHTML(await answer.text());
    expect(document.querySelector('[name=body]')?.innerHTML).toBe(Bun.escapeHTML(body));
    expect(document.querySelector('option[selected]')?.getAttribute('value')).toBe('billing');
    const subject = document.querySelector('[name=subject]');
    expect(subject?.getAttribute('aria-invalid')).toBe('true');
    const error = document.getElementById(subject?.getAttribute('aria-describedby') ?? '');
    expect(error?.textContent).toContain('1 to 200 characters');
    expect(document.querySelectorAll('script')).toHaveLength(0);
    expect(await tickets()).toHaveLength(0);
  });

  test('refuses a form without its fields in words', async () => {
    const answer = await send({});
    expect(answer.status).toBe(400);
    const { document } = parseHTML(await answer.text());
    expect(document.querySelector('[role=alert]')?.textContent).toContain('category');
  });
});
