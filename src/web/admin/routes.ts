import type { AdminPagesDeps } from './deps';
import { hostPages } from './hosts';
import { poolModelPages } from './models';

/** Everything under /app/admin. */
export function adminPages(deps: AdminPagesDeps) {
  return [hostPages(deps), poolModelPages(deps)];
}
