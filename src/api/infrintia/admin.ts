import { Elysia } from 'elysia';
import type { Accounts } from '../../accounts/service';
import type { Audit } from '../../audit/service';
import type { Credits } from '../../credits/service';
import type { Hosts } from '../../hosts/types';
import { readJson } from '../../http/body';
import { adminOf, type CallerDeps } from '../../http/caller';
import { notFound, validator, wholeNumberOf } from '../../http/validate';
import type { Clock } from '../../lib/clock';
import { isoFromMs } from '../../lib/clock';
import type { UserJobs } from '../../research/user-jobs';
import { createPoolAdmin, type PoolAdmin } from '../pool-admin';
import { operations } from './admin-operations';
import { LIMIT, OFFSET } from './describe';
import { knownBareId, shownId } from './ids';
import { adminHostDto, aliasDto, userRow } from './present';
import { AliasRequest, HostStateRequest, JoinTokenRequest, PriorityRequest } from './schemas';

export interface AdminRouteDeps extends Omit<CallerDeps, 'keys'> {
  accounts: Accounts;
  audit: Audit;
  credits: Pick<Credits, 'balance'>;
  clock: Clock;
  hosts: Hosts;
  userJobs: UserJobs;
}

const DEFAULT_LIFE_HOURS = 24;
const HOUR_MS = 3_600_000;

const checkedState = validator(HostStateRequest);
const checkedToken = validator(JoinTokenRequest);
const checkedAlias = validator(AliasRequest);
const checkedPriority = validator(PriorityRequest);

/** What an admin sees and does in this dialect. What changes anything is written to the audit log. */
export function adminRoutes(deps: AdminRouteDeps) {
  const pool = createPoolAdmin(deps);
  return new Elysia({ name: 'infrintia.admin', normalize: false })
    .derive(async ({ request, server }) => ({ admin: await adminOf(deps, { request, server }) }))
    .get('/admin/users', ({ query }) => listUsers(deps, pageOf(query)), {
      detail: operations.listUsers,
    })
    .get('/admin/hosts', ({ query }) => listHosts(deps, pageOf(query)), {
      detail: operations.listHosts,
    })
    .put(
      '/admin/hosts/:id/state',
      async ({ admin, params, request }) =>
        setState(pool, admin.userId, knownBareId('host', params.id), await readJson(request)),
      {
        parse: 'none',
        detail: operations.setHostState,
      },
    )
    .post(
      '/admin/hosts/join-tokens',
      async ({ admin, request }) => createToken(pool, admin.userId, await readJson(request)),
      {
        parse: 'none',
        detail: operations.createJoinToken,
      },
    )
    .put(
      '/admin/models/:id',
      async ({ admin, params, request }) =>
        setAlias(pool, admin.userId, params.id, await readJson(request)),
      {
        parse: 'none',
        detail: operations.setModelAlias,
      },
    )
    .put(
      '/admin/users/:id/priority',
      async ({ admin, params, request }) =>
        setPriority(deps, pool, {
          actorId: admin.userId,
          id: knownBareId('user', params.id),
          body: await readJson(request),
        }),
      {
        parse: 'none',
        detail: operations.setUserPriority,
      },
    );
}

interface Page {
  limit: number;
  offset: number;
}

function pageOf(query: Record<string, string | undefined>): Page {
  return {
    limit: wholeNumberOf(query, 'limit', LIMIT),
    offset: wholeNumberOf(query, 'offset', OFFSET),
  };
}

async function listUsers({ accounts, credits, userJobs }: AdminRouteDeps, page: Page) {
  const [profiles, { users: total }] = await Promise.all([
    accounts.search({ q: '', ...page }),
    accounts.counts(),
  ]);
  const users = await Promise.all(
    profiles.map(async (profile) => {
      const { availableMicros } = await credits.balance(profile.id);
      return userRow(profile, availableMicros, await userJobs.countOf(profile.id));
    }),
  );
  return { users, total };
}

function listHosts({ hosts }: AdminRouteDeps, { limit, offset }: Page) {
  const all = hosts.registry.list();
  return { hosts: all.slice(offset, offset + limit).map(adminHostDto), total: all.length };
}

async function setState(pool: PoolAdmin, actorId: string, id: string, body: unknown) {
  const { state } = checkedState(body);
  return adminHostDto(await pool.setState(actorId, id, state));
}

async function createToken(pool: PoolAdmin, actorId: string, body: unknown) {
  const { life_hours: hours = DEFAULT_LIFE_HOURS, uses = 1 } = checkedToken(body);
  const lifeMs = Math.round(hours * HOUR_MS);
  const { token, expiresMs } = await pool.createJoinToken(actorId, { lifeMs, uses });
  return Response.json(
    { join_token: token, expires_at: isoFromMs(expiresMs), uses },
    { status: 201, headers: { 'cache-control': 'no-store' } },
  );
}

async function setAlias(pool: PoolAdmin, actorId: string, name: string, body: unknown) {
  const { models } = checkedAlias(body);
  await pool.setAlias(actorId, { name, models });
  return aliasDto({ name, models });
}

async function setPriority(
  { accounts }: AdminRouteDeps,
  pool: PoolAdmin,
  { actorId, id, body }: { actorId: string; id: string; body: unknown },
) {
  const { priority } = checkedPriority(body);
  if (!(await accounts.profile(id))) throw notFound(id, 'user');
  await pool.setPriority(actorId, { userId: id, priority });
  return { user_id: shownId('user', id), priority };
}
