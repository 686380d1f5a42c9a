import type { AnyElysia } from 'elysia';
import { type AdminJobDeps, adminJobRoutes } from './jobs';
import { adminStatsRoutes, type StatsDeps } from './stats';
import { type AdminStripeEventDeps, adminStripeEventRoutes } from './stripe-events';
import { adminTicketRoutes } from './tickets';
import { type AdminUserAccountDeps, adminUserAccountRoutes } from './user-account';
import { type AdminUserDeps, adminUserRoutes } from './users';

export type AdminDeps = AdminUserDeps &
  AdminUserAccountDeps &
  AdminJobDeps &
  StatsDeps &
  AdminStripeEventDeps;

/** Everything under /api/admin: the same services as anybody's, asked as an admin. */
export function adminRoutes(deps: AdminDeps): AnyElysia[] {
  return [
    adminUserRoutes(deps),
    adminUserAccountRoutes(deps),
    adminJobRoutes(deps),
    adminStatsRoutes(deps),
    adminTicketRoutes(deps),
    adminStripeEventRoutes(deps),
  ];
}
