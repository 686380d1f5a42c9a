import type { Accounts } from '../../accounts/service';
import type { Audit } from '../../audit/service';
import type { Hosts } from '../../hosts/types';
import type { Clock } from '../../lib/clock';
import type { Browsers } from '../session';

/** What the pages of admins are made of. */
export interface AdminPagesDeps {
  browsers: Browsers;
  accounts: Accounts;
  audit: Audit;
  hosts: Hosts;
  clock: Clock;
  /** Empty to take it from each request. */
  baseUrl: string;
}
