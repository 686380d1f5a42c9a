import { Elysia } from 'elysia';
import { Flash } from '../../../views/components/flash';
import { HostRow } from '../../../views/pages/hosts/_host-row';
import type { HostAct } from '../../../views/pages/hosts/words';
import { createPoolAdmin, type PoolAdmin } from '../../api/pool-admin';
import type { HostState } from '../../hosts/types';
import { knownId } from '../../http/validate';
import { assert } from '../../lib/assert';
import { fragment } from '../page';
import { answerOf, redirect, refusedBy } from '../refusal';
import { requireAdmin, requireAdminForm } from './admin';
import type { AdminPagesDeps } from './deps';
import { hostList, rowsOf } from './host-list';

const HOUR_MS = 3_600_000;

const STATE_AFTER: Record<HostAct, Exclude<HostState, 'pending'>> = {
  approval: 'active',
  drain: 'draining',
  resumption: 'active',
  disablement: 'disabled',
};

/** The machines of the pool: who is let in, and by what. */
export function hostPages(deps: AdminPagesDeps) {
  const { browsers } = deps;
  const pool = createPoolAdmin(deps);
  const routes = new Elysia({ name: 'admin-hosts', detail: { hide: true } })
    .get('/app/admin/hosts', async ({ request, query }) =>
      hostList(deps, { request, viewer: await requireAdmin(browsers, request), query }),
    )
    .post('/app/admin/hosts/join-tokens', ({ request }) => makeToken(deps, pool, request), {
      parse: 'none',
    });
  for (const [act, state] of Object.entries(STATE_AFTER)) {
    routes.post(
      `/app/admin/hosts/:id/${act}`,
      ({ request, params }) => setState(deps, pool, { request, id: params.id, state }),
      { parse: 'none' },
    );
  }
  return routes;
}

async function makeToken(
  deps: AdminPagesDeps,
  pool: PoolAdmin,
  request: Request,
): Promise<Response> {
  const { viewer, form } = await requireAdminForm(deps.browsers, request);
  const values = { lifeHours: form.life_hours ?? '', uses: form.uses ?? '' };
  const asked = { request, viewer, query: {} };
  try {
    const lifeMs = Math.round(numberOf(values.lifeHours) * HOUR_MS);
    const uses = numberOf(values.uses);
    const created = await pool.createJoinToken(viewer.userId, { lifeMs, uses });
    // Not after a redirect: it is kept nowhere, and shown in this answer alone.
    return hostList(deps, asked, { created: { ...created, uses } });
  } catch (thrown) {
    const refused = refusedBy(thrown);
    return hostList(deps, asked, { values, refusal: refused.refusal }, answerOf(refused));
  }
}

/** What is no number is refused by the registry, as any other is that is none of its. */
function numberOf(raw: string): number {
  return raw.trim() === '' ? Number.NaN : Number(raw);
}

/** A page that is open is sent the host's row alone. */
async function setState(
  deps: AdminPagesDeps,
  pool: PoolAdmin,
  change: { request: Request; id: string; state: Exclude<HostState, 'pending'> },
): Promise<Response> {
  const { request, id, state } = change;
  const { viewer } = await requireAdminForm(deps.browsers, request);
  const isPart = request.headers.get('hx-request') === 'true';
  try {
    const host = await pool.setState(viewer.userId, knownId(id, 'host'), state);
    if (!isPart) return redirect(`/app/admin/hosts#host-${id}`);
    const [row] = await rowsOf(deps, [host]);
    assert(row, 'a host has its row');
    const { csrfToken } = viewer;
    return fragment(HostRow({ ...row, csrfToken, nowMs: deps.clock.nowMs() }));
  } catch (thrown) {
    if (!isPart) throw thrown;
    const refused = refusedBy(thrown);
    const place = { 'hx-retarget': '#host-refusal', 'hx-reswap': 'innerHTML' };
    return fragment(
      Flash({ kind: 'error', text: refused.refusal.message }),
      answerOf(refused, place),
    );
  }
}
