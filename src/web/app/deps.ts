import type { Auth } from '../../accounts/auth';
import type { Credits } from '../../credits/service';
import type { Hosts } from '../../hosts/types';
import type { EventStreams } from '../../http/sse';
import type { Queue } from '../../jobs/queue';
import type { Keys } from '../../keys/service';
import type { Clock } from '../../lib/clock';
import type { Chance } from '../../lib/ids';
import type { Research } from '../../research/service';
import type { UserJobs } from '../../research/user-jobs';
import type { Browsers } from '../session';

/** What the pages of who is signed in are made of. */
export interface AppPagesDeps {
  auth: Pick<Auth, 'setFirstPassword'>;
  browsers: Browsers;
  keys: Keys;
  credits: Credits;
  research: Research;
  hosts: Hosts;
  userJobs: UserJobs;
  queue: Queue;
  clock: Clock;
  chance: Chance;
  streams: EventStreams;
  passwordMinLength: number;
  /** Empty to take it from each request. */
  baseUrl: string;
}
