import { type AnyElysia, Elysia } from 'elysia';
import type { Credits } from '../../credits/service';
import { creditRoutes } from './credits';
import { type LibraryRouteDeps, libraryRoutes } from './library';
import { type ResearchRouteDeps, researchRoutes } from './research';
import { models } from './schemas';

export type InfrenceDeps = ResearchRouteDeps & LibraryRouteDeps & { credits: Credits };

export function infrenceRoutes(deps: InfrenceDeps): AnyElysia[] {
  return [
    new Elysia({ name: 'infrence' }).model(models),
    researchRoutes(deps),
    libraryRoutes(deps),
    creditRoutes(deps),
  ];
}
