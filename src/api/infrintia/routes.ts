import type { AnyElysia } from 'elysia';
import { type AdminRouteDeps, adminRoutes } from './admin';
import { hostJobRoutes } from './host-jobs';
import { type HostRouteDeps, hostRoutes } from './hosts';
import { type PlatformDeps, platformRoutes } from './platform';
import { type RunRouteDeps, runRoutes } from './run';
import { type UserRouteDeps, userRoutes } from './users';

export type InfrintiaDeps = PlatformDeps &
  UserRouteDeps &
  RunRouteDeps &
  HostRouteDeps &
  AdminRouteDeps;

/** What this dialect has to itself; `/jobs` it shares. */
export function infrintiaRoutes(deps: InfrintiaDeps): AnyElysia[] {
  return [
    platformRoutes(deps),
    userRoutes(deps),
    runRoutes(deps),
    hostRoutes(deps),
    hostJobRoutes(deps.hosts.registry),
    adminRoutes(deps),
  ];
}
