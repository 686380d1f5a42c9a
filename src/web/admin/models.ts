import { Elysia } from 'elysia';
import { PoolModelsPage, type PoolModelsProps } from '../../../views/pages/pool/models';
import { createPoolAdmin, type PoolAdmin } from '../../api/pool-admin';
import { Fault } from '../../lib/fault';
import type { FormFields } from '../form';
import { type PageInit, page } from '../page';
import { answerOf, redirect, refusedBy } from '../refusal';
import type { Viewer } from '../session';
import { requireAdmin, requireAdminForm } from './admin';
import type { AdminPagesDeps } from './deps';

/** What a form that was sent adds to the page. */
interface Extras {
  aliases?: Omit<PoolModelsProps['aliases'], 'aliases'>;
  priorities?: Omit<PoolModelsProps['priorities'], 'priorities'>;
}

/** The models of the pool, the names they go by, and whose jobs go first. */
export function poolModelPages(deps: AdminPagesDeps) {
  const { browsers } = deps;
  const pool = createPoolAdmin(deps);
  return new Elysia({ name: 'admin-models', detail: { hide: true } })
    .get('/app/admin/models', async ({ request }) =>
      modelsPage(deps, await requireAdmin(browsers, request)),
    )
    .post('/app/admin/models/aliases', ({ request }) => setAlias(deps, pool, request), {
      parse: 'none',
    })
    .post(
      '/app/admin/models/aliases/removal',
      async ({ request }) => {
        const { viewer, form } = await requireAdminForm(browsers, request);
        await pool.setAlias(viewer.userId, { name: form.name ?? '', models: [] });
        return redirect('/app/admin/models#aliases');
      },
      { parse: 'none' },
    )
    .post('/app/admin/models/priorities', ({ request }) => setPriority(deps, pool, request), {
      parse: 'none',
    });
}

async function modelsPage(
  deps: AdminPagesDeps,
  viewer: Viewer,
  extras: Extras = {},
  init: PageInit = {},
): Promise<Response> {
  const { inference, registry } = deps.hosts;
  const nowMs = deps.clock.nowMs();
  const inForce = registry.list().filter(({ state }) => state === 'active' || state === 'draining');
  const models = inference.models().map((model) => ({
    model,
    hosts: inForce.filter((host) => host.models.some(({ name }) => name === model.name)),
    nowMs,
  }));
  const shown = {
    viewer,
    models,
    aliases: { aliases: inference.aliases(), ...extras.aliases },
    priorities: { priorities: await prioritiesOf(deps), ...extras.priorities },
  };
  return page((nonce) => PoolModelsPage({ nonce, ...shown }), init);
}

async function prioritiesOf({ hosts, accounts }: AdminPagesDeps) {
  const given = await Promise.all(
    hosts.registry.priorities().map(async ({ userId, priority }) => {
      const profile = await accounts.profile(userId);
      return profile ? [{ email: profile.email, priority }] : [];
    }),
  );
  return given.flat();
}

async function setAlias(deps: AdminPagesDeps, pool: PoolAdmin, request: Request) {
  const { viewer, form } = await requireAdminForm(deps.browsers, request);
  const { name = '', models = '' } = form;
  try {
    await pool.setAlias(viewer.userId, { name: name.trim(), models: namesIn(models) });
    return redirect('/app/admin/models#aliases');
  } catch (thrown) {
    const refused = refusedBy(thrown);
    const aliases = { values: { name, models }, refusal: refused.refusal };
    return modelsPage(deps, viewer, { aliases }, answerOf(refused));
  }
}

/** One a line. None would remove the alias, which is another form's. */
function namesIn(lines: string): string[] {
  const names = lines.split(/\r\n|\r|\n/).map((line) => line.trim());
  const models = names.filter((name) => name !== '');
  if (models.length > 0) return models;
  throw new Fault('invalid_request', 'name at least one model', { field: 'models' });
}

async function setPriority(deps: AdminPagesDeps, pool: PoolAdmin, request: Request) {
  const { viewer, form } = await requireAdminForm(deps.browsers, request);
  try {
    await pool.setPriority(viewer.userId, await priorityIn(deps, form));
    return redirect('/app/admin/models#priorities');
  } catch (thrown) {
    const refused = refusedBy(thrown);
    const values = { email: form.user ?? '', priority: form.priority ?? '' };
    const priorities = { values, refusal: refused.refusal };
    return modelsPage(deps, viewer, { priorities }, answerOf(refused));
  }
}

async function priorityIn({ accounts }: AdminPagesDeps, { user = '', priority = '' }: FormFields) {
  const { id: userId } = await accounts.byEmail(user);
  return { userId, priority: priority.trim() === '' ? Number.NaN : Number(priority) };
}
