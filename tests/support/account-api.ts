import { createAccounts } from '../../src/accounts/service';
import { createSessions } from '../../src/accounts/sessions';
import { billingRoutes } from '../../src/api/infrence/billing';
import { creditRoutes } from '../../src/api/infrence/credits';
import { dashboardRoutes } from '../../src/api/infrence/dashboard';
import { keyRoutes } from '../../src/api/infrence/keys';
import { logRoutes } from '../../src/api/infrence/logs';
import { playgroundRoutes } from '../../src/api/infrence/playground';
import { researchRoutes } from '../../src/api/infrence/research';
import { createBilling } from '../../src/billing/service';
import { composeApp } from '../../src/http/app';
import { EventStreams } from '../../src/http/sse';
import { openResearch } from './research';

const SYNC_WAIT_MS = 1_000;

/** The API as a user who is signed in reaches it, over a real file. */
export async function openAccountApi(nowMs: number) {
  const world = await openResearch(nowMs);
  const sessions = createSessions(world);
  const deps = {
    ...world,
    accounts: createAccounts({ ...world, sessions }),
    billing: createBilling(),
    syncWaitMs: SYNC_WAIT_MS,
    streams: new EventStreams(world.clock),
  };
  const app = composeApp({
    log: world.log,
    routes: [
      keyRoutes(deps),
      creditRoutes(deps),
      dashboardRoutes(deps),
      logRoutes(deps),
      playgroundRoutes(deps),
      billingRoutes(deps),
      researchRoutes(deps),
    ],
  });
  return {
    ...world,
    /** A user's access token, good for the next minutes. */
    async signIn(userId: string): Promise<string> {
      return sessions.sign(await world.db.write((tx) => sessions.start(tx, userId, 0)));
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
  };
}
