import type { Credits } from '../credits/service';
import type { Bound, Db } from '../db/database';
import type { Queue } from '../jobs/queue';
import type { Clock } from '../lib/clock';
import type { Chance } from '../lib/ids';
import type { Mail } from '../mail/service';
import type { Links } from './links';
import type { Passwords } from './password';
import type { Register } from './registration';
import type { Sessions } from './sessions';
import type { accountStore } from './store';
import type { SignupPolicy } from './types';

/** What the parts of signing in share. */
export interface AuthParts {
  credits: Credits;
  db: Db;
  queue: Queue;
  clock: Clock;
  chance: Chance;
  mail: Mail;
  store: Bound<ReturnType<typeof accountStore>>;
  sessions: Sessions;
  passwords: Passwords;
  links: Links;
  register: Register;
  signup: SignupPolicy;
}
