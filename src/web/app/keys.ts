import { Elysia } from 'elysia';
import { knownId } from '../../http/validate';
import { Fault } from '../../lib/fault';
import { answerOf, redirect, refusedBy } from '../refusal';
import { dashboard } from './dashboard';
import type { AppPagesDeps } from './deps';

const DAY_MS = 24 * 3_600_000;
const MAX_DAYS = 3_650;

/** A user's own API keys. */
export function keyPages(deps: AppPagesDeps) {
  const { browsers, keys, clock } = deps;
  return new Elysia({ name: 'app-keys', detail: { hide: true } })
    .post(
      '/app/keys',
      async ({ request }) => {
        const { viewer, form } = await browsers.requireForm(request);
        const { name = '', expires_days: expiresDays = '' } = form;
        try {
          const expiresMs = expiryOf(expiresDays, clock.nowMs());
          const { userId } = viewer;
          const { plaintext, ...created } = await keys.create({ userId, name, expiresMs });
          // Not after a redirect: it is kept nowhere, and shown in this answer alone.
          return dashboard(deps, viewer, { keys: { created: { name: created.name, plaintext } } });
        } catch (thrown) {
          const refused = refusedBy(thrown);
          const values = { name, expiresDays };
          const extras = { keys: { values, refusal: refused.refusal } };
          return dashboard(deps, viewer, extras, answerOf(refused));
        }
      },
      { parse: 'none' },
    )
    .post(
      '/app/keys/:id/revocation',
      async ({ request, params }) => {
        const { viewer } = await browsers.requireForm(request);
        await keys.revoke(knownId(params.id, 'key'), viewer.userId);
        return redirect('/app#keys');
      },
      { parse: 'none' },
    );
}

function expiryOf(days: string, nowMs: number): number | null {
  if (days.trim() === '') return null;
  const count = Number(days);
  if (!Number.isInteger(count) || count < 1 || count > MAX_DAYS) {
    throw new Fault('invalid_request', `a key is good for 1 to ${MAX_DAYS} days, or for ever`, {
      field: 'expires_days',
    });
  }
  return nowMs + count * DAY_MS;
}
