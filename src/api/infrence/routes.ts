import type { AnyElysia } from 'elysia';
import type { Accounts } from '../../accounts/service';
import type { Support } from '../../support/service';
import { type AdminDeps, adminRoutes } from './admin/routes';
import { adminModels } from './admin/schemas-admin';
import { type AuthRouteDeps, authRoutes } from './auth';
import { type BillingRouteDeps, billingRoutes } from './billing';
import { type CreditRouteDeps, creditRoutes } from './credits';
import { type DashboardRouteDeps, dashboardRoutes } from './dashboard';
import { type KeyRouteDeps, keyRoutes } from './keys';
import { type LibraryRouteDeps, libraryRoutes } from './library';
import { type LogRouteDeps, logRoutes } from './logs';
import { type PlaygroundRouteDeps, playgroundRoutes } from './playground';
import { reportRoutes } from './report';
import { type ResearchRouteDeps, researchRoutes } from './research';
import { models } from './schemas';
import { accountModels } from './schemas-account';
import { authModels } from './schemas-auth';
import { billingModels } from './schemas-billing';
import { referenceModels } from './schemas-reference';
import { settingsRoutes } from './settings';
import { supportModels, supportRoutes } from './support';

export type InfrenceDeps = ResearchRouteDeps &
  LibraryRouteDeps &
  CreditRouteDeps &
  AuthRouteDeps &
  KeyRouteDeps &
  DashboardRouteDeps &
  LogRouteDeps &
  PlaygroundRouteDeps &
  BillingRouteDeps &
  AdminDeps & { accounts: Accounts; support: Support };

/** The schemas that the description names. Routes carry their own: no request needs these, and to
 * resolve them takes longer than all else at a start. */
export const infrenceModels = {
  ...models,
  ...accountModels,
  ...authModels,
  ...billingModels,
  ...supportModels,
  ...adminModels,
  ...referenceModels,
};

export function infrenceRoutes(deps: InfrenceDeps): AnyElysia[] {
  return [
    researchRoutes(deps),
    reportRoutes(deps),
    libraryRoutes(deps),
    creditRoutes(deps),
    authRoutes(deps),
    settingsRoutes(deps),
    keyRoutes(deps),
    dashboardRoutes(deps),
    logRoutes(deps),
    playgroundRoutes(deps),
    billingRoutes(deps),
    supportRoutes(deps),
    ...adminRoutes(deps),
  ];
}
