import type { HostRowProps } from '../../../views/pages/hosts/_host-row';
import { HostListPage, type HostListProps } from '../../../views/pages/hosts/list';
import { HOST_STATE_WORDS } from '../../../views/pages/hosts/words';
import type { HostState, HostView } from '../../hosts/types';
import { wholeNumberOf } from '../../http/validate';
import { Fault } from '../../lib/fault';
import { originOf } from '../origin';
import { type PageInit, page } from '../page';
import type { Viewer } from '../session';
import type { AdminPagesDeps } from './deps';

const LIMIT = 50;
const OFFSET = { default: 0, min: 0, max: 1_000_000 };

export interface HostListAsked {
  request: Request;
  viewer: Viewer;
  query: Record<string, string | undefined>;
}

/** `join` is what a form that was sent adds to the page. */
export async function hostList(
  deps: AdminPagesDeps,
  { request, viewer, query }: HostListAsked,
  join: Omit<HostListProps['join'], 'origin'> = {},
  init: PageInit = {},
): Promise<Response> {
  const state = stateOf(query.state);
  const offset = wholeNumberOf(query, 'offset', OFFSET);
  const all = deps.hosts.registry.list();
  // The newest first: those that an admin has to see are among them.
  const listed = all.filter((host) => state === null || host.state === state).reverse();
  const hosts = await rowsOf(deps, listed.slice(offset, offset + LIMIT));
  const shown = {
    viewer,
    hosts,
    nowMs: deps.clock.nowMs(),
    total: listed.length,
    offset,
    limit: LIMIT,
    state,
    join: { origin: originOf(request, deps.baseUrl), ...join },
  };
  return page((nonce) => HostListPage({ nonce, ...shown }), init);
}

/** Hosts with whom they belong to, each of whom is looked up once. */
export async function rowsOf(
  { accounts }: Pick<AdminPagesDeps, 'accounts'>,
  hosts: HostView[],
): Promise<Pick<HostRowProps, 'host' | 'ownerEmail'>[]> {
  const ids = new Set(hosts.flatMap(({ ownerId }) => ownerId ?? []));
  const owners = await Promise.all(
    [...ids].map(async (id) => [id, (await accounts.profile(id))?.email ?? null] as const),
  );
  const emails = new Map(owners);
  return hosts.map((host) => ({
    host,
    ownerEmail: host.ownerId === null ? null : (emails.get(host.ownerId) ?? null),
  }));
}

function stateOf(raw: string | undefined): HostState | null {
  if (raw === undefined || raw === '') return null;
  if (Object.hasOwn(HOST_STATE_WORDS, raw)) return raw as HostState;
  const states = Object.keys(HOST_STATE_WORDS).join(', ');
  throw new Fault('invalid_request', `state is one of ${states}`, { field: 'state' });
}
