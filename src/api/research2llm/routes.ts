import type { AnyElysia } from 'elysia';
import { type FileRouteDeps, fileRoutes } from './files';
import { type MeRouteDeps, meRoutes } from './me';

/** What this dialect has to itself; `/jobs` it shares. */
export function research2llmRoutes(deps: FileRouteDeps & MeRouteDeps): AnyElysia[] {
  return [fileRoutes(deps), meRoutes(deps)];
}
