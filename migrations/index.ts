import type { Migration } from '../src/db/migrate';
import accounts from './0001_accounts.sql' with { type: 'text' };
import credits from './0002_credits.sql' with { type: 'text' };
import jobs from './0003_jobs.sql' with { type: 'text' };
import library from './0004_library.sql' with { type: 'text' };
import research from './0005_research.sql' with { type: 'text' };
import auth from './0006_auth.sql' with { type: 'text' };
import mail from './0007_mail.sql' with { type: 'text' };
import keys from './0008_keys.sql' with { type: 'text' };
import plans from './0009_plans.sql' with { type: 'text' };
import support from './0010_support.sql' with { type: 'text' };
import audit from './0011_audit.sql' with { type: 'text' };
import userSearch from './0012_user_search.sql' with { type: 'text' };
import webSessions from './0013_web_sessions.sql' with { type: 'text' };
import identity from './0014_identity.sql' with { type: 'text' };
import research2llm from './0015_research2llm.sql' with { type: 'text' };
import webhooks from './0016_webhooks.sql' with { type: 'text' };
import hostEarnings from './0017_host_earnings.sql' with { type: 'text' };
import hosts from './0018_hosts.sql' with { type: 'text' };
import username from './0019_username.sql' with { type: 'text' };
import hostBills from './0020_host_bills.sql' with { type: 'text' };
import jobChecks from './0021_job_checks.sql' with { type: 'text' };

/** In order; text imports, so that they are inside the binary. A released one never changes. */
export const migrations: Migration[] = [
  { name: '0001_accounts', sql: accounts },
  { name: '0002_credits', sql: credits },
  { name: '0003_jobs', sql: jobs },
  { name: '0004_library', sql: library },
  { name: '0005_research', sql: research },
  { name: '0006_auth', sql: auth },
  { name: '0007_mail', sql: mail },
  { name: '0008_keys', sql: keys },
  { name: '0009_plans', sql: plans },
  { name: '0010_support', sql: support },
  { name: '0011_audit', sql: audit },
  { name: '0012_user_search', sql: userSearch },
  { name: '0013_web_sessions', sql: webSessions },
  { name: '0014_identity', sql: identity },
  { name: '0015_research2llm', sql: research2llm },
  { name: '0016_webhooks', sql: webhooks },
  { name: '0017_host_earnings', sql: hostEarnings },
  { name: '0018_hosts', sql: hosts },
  { name: '0019_username', sql: username },
  { name: '0020_host_bills', sql: hostBills },
  { name: '0021_job_checks', sql: jobChecks },
];
