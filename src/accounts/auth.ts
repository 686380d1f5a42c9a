import type { Credits } from '../credits/service';
import type { Db } from '../db/database';
import type { Queue } from '../jobs/queue';
import type { Clock } from '../lib/clock';
import type { Chance } from '../lib/ids';
import type { Mail } from '../mail/service';
import { type Confirmation, createConfirmation } from './confirmation';
import { createLinks } from './links';
import type { Passwords } from './password';
import { createPasswordSignIn, type PasswordSignIn } from './password-sign-in';
import { createRecovery, type Recovery } from './recovery';
import { createRegister } from './registration';
import type { Sessions } from './sessions';
import { createSignIn, type SignIn } from './sign-in';
import { accountStore } from './store';
import type { SignupPolicy } from './types';

export interface AuthDeps {
  db: Db;
  queue: Queue;
  clock: Clock;
  chance: Chance;
  credits: Credits;
  mail: Mail;
  passwords: Passwords;
  sessions: Sessions;
  signup: SignupPolicy;
  /** The address at which users reach this server; links in mails begin with it. */
  baseUrl: string;
}

/** How people come in, and how they come back in. */
export interface Auth extends SignIn, Recovery, Confirmation, PasswordSignIn {
  /** Removes sessions and links that can never be used again. */
  sweep(): Promise<void>;
}

export function createAuth(deps: AuthDeps): Auth {
  const links = createLinks(deps);
  const store = deps.db.bind(accountStore);
  const parts = { ...deps, links, store, register: createRegister(deps) };
  return {
    ...createSignIn(parts),
    ...createRecovery(parts),
    ...createConfirmation(parts),
    ...createPasswordSignIn(parts),
    async sweep() {
      await deps.sessions.sweep();
      await links.sweep();
    },
  };
}
