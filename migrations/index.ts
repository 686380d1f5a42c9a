import type { Migration } from '../src/db/migrate';
import accounts from './0001_accounts.sql' with { type: 'text' };
import credits from './0002_credits.sql' with { type: 'text' };
import jobs from './0003_jobs.sql' with { type: 'text' };
import library from './0004_library.sql' with { type: 'text' };
import research from './0005_research.sql' with { type: 'text' };

/** In order; text imports, so that they are inside the binary. A released one never changes. */
export const migrations: Migration[] = [
  { name: '0001_accounts', sql: accounts },
  { name: '0002_credits', sql: credits },
  { name: '0003_jobs', sql: jobs },
  { name: '0004_library', sql: library },
  { name: '0005_research', sql: research },
];
