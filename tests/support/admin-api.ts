import { Database } from 'bun:sqlite';
import { createAccounts } from '../../src/accounts/service';
import { createSessions } from '../../src/accounts/sessions';
import { adminRoutes } from '../../src/api/infrence/admin/routes';
import { supportRoutes } from '../../src/api/infrence/support';
import { createAudit } from '../../src/audit/service';
import { createStripeEvents } from '../../src/billing/events';
import { createAdjustments } from '../../src/credits/adjustment';
import { createStatements } from '../../src/credits/statement';
import { composeApp } from '../../src/http/app';
import { createMail } from '../../src/mail/service';
import { createResearchOverview } from '../../src/research/overview';
import { createSupport } from '../../src/support/service';
import { openResearch } from './research';

/** The admin API over a real file, and what an admin looks at: users, jobs, tickets, events. */
export async function openAdminApi(nowMs: number) {
  const world = await openResearch(nowMs);
  const sessions = createSessions(world);
  const audit = createAudit(world);
  const mail = createMail(world);
  const deps = {
    ...world,
    audit,
    accounts: createAccounts({ ...world, sessions }),
    adjustments: createAdjustments(world),
    statements: createStatements(world),
    researchOverview: createResearchOverview(world),
    support: createSupport({ ...world, audit, mail }),
    stripeEvents: createStripeEvents({ db: world.db, audit, handlers: new Map() }),
  };
  const routes = [...adminRoutes(deps), supportRoutes(deps)];
  const app = composeApp({ log: world.log, routes });
  const raw = new Database(world.file.path, { readwrite: true });

  return {
    ...deps,
    mail,
    routes,
    /** For what no service does. */
    raw,
    /** A user with an id, a session and an access token of it. */
    async addSignedIn(role: 'member' | 'admin', credits = 1) {
      const id = Bun.randomUUIDv7();
      await world.addUser(id, credits);
      raw.query('UPDATE user SET role = ? WHERE id = ?').run(role, id);
      const session = await world.db.write((tx) => sessions.start(tx, id, 0));
      return { id, email: `${id}@example.com`, token: await sessions.sign(session) };
    },
    /** `credential` is a token or a key; `body` is sent as JSON. Null for an answer without body. */
    async call(method: string, path: string, credential?: string, body?: unknown) {
      const answer = await app.handle(
        new Request(`http://localhost${path}`, {
          method,
          headers: {
            ...(credential === undefined ? {} : { authorization: `Bearer ${credential}` }),
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        }),
      );
      const text = await answer.text();
      return { status: answer.status, body: text === '' ? null : JSON.parse(text) };
    },
    async close(): Promise<void> {
      raw.close();
      await world.file.close();
    },
  };
}
