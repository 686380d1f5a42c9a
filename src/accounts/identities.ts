import type { Credits } from '../credits/service';
import type { Db } from '../db/database';
import type { Transaction } from '../db/write';
import { assert } from '../lib/assert';
import type { Clock } from '../lib/clock';
import { Fault } from '../lib/fault';
import type { Chance } from '../lib/ids';
import type { Log } from '../lib/log';
import { createRegister } from './registration';
import { accountStore } from './store';
import { type IdentityUserRow, identityStore } from './store-identities';
import type { AuthenticatedUser, SignupPolicy } from './types';

/** Of accounts whose issuer proves no address: nobody reads mail under `.invalid` (RFC 2606). */
const NO_ADDRESS_DOMAIN = 'oidc.invalid';

/** Somebody as an issuer of tokens knows them. Issuer and subject say who it is; the rest is what a
 * new account begins with. */
export interface Identity {
  issuer: string;
  subject: string;
  /** An address that the issuer says is proven; null otherwise. */
  email: string | null;
  /** Empty when not known. */
  firstName: string;
  lastName: string;
}

/** May be suspended: the caller refuses. */
export interface IdentifiedUser extends AuthenticatedUser {
  /** The one that a session of the user begins with. */
  epoch: number;
}

export interface Identities {
  /**
   * The user with this identity. At first sight it is linked to the account with the same address
   * if both sides proved that address, and gets an account of its own otherwise. Throws Fault
   * `forbidden` when it would need a new account and sign-up is closed, and `conflict` when the
   * account with its address has not proven it.
   */
  userOf(identity: Identity): Promise<IdentifiedUser>;
}

export interface IdentitiesDeps {
  db: Db;
  clock: Clock;
  chance: Chance;
  log: Log;
  credits: Credits;
  signup: SignupPolicy;
}

export function createIdentities(deps: IdentitiesDeps): Identities {
  const { db, clock, chance, log, signup } = deps;
  const store = db.bind(identityStore);
  const users = db.bind(accountStore);
  const register = createRegister(deps);

  async function firstSight(tx: Transaction, identity: Identity): Promise<IdentityUserRow> {
    const { issuer, subject, email } = identity;
    // Of many first requests at once, the later ones find what the first has made.
    const known = await store.within(tx).userOf(issuer, subject);
    if (known) return known;
    const owner = email === null ? undefined : await store.within(tx).ownerOf(email);
    if (owner && owner.isVerified === 0) throw addressTaken();
    const userId = owner ? owner.userId : await open(tx, identity);
    await store.within(tx).insert({ issuer, subject, userId, createdMs: clock.nowMs() });
    tx.afterCommit(() =>
      log.info(owner ? 'accounts.identity_linked' : 'accounts.identity_opened', { userId, issuer }),
    );
    const user = await store.within(tx).userOf(issuer, subject);
    assert(user, 'an identity has a user');
    return user;
  }

  async function open(tx: Transaction, identity: Identity): Promise<string> {
    if (signup === 'closed')
      throw new Fault('forbidden', 'sign-up is closed here: ask your admin for an account');
    const { firstName, lastName } = identity;
    const user = await register(tx, {
      // By chance, and not made from the subject: what can be guessed can be taken first.
      email: identity.email ?? `${chance.id()}@${NO_ADDRESS_DOMAIN}`,
      passwordHash: null,
      role: 'member',
      status: signup === 'approval' ? 'pending' : 'active',
      firstName,
      lastName,
    });
    if (identity.email !== null) await users.within(tx).setVerified(user.id, clock.nowMs());
    return user.id;
  }

  return {
    async userOf(identity) {
      const row =
        (await store.read.userOf(identity.issuer, identity.subject)) ??
        (await db.write((tx) => firstSight(tx, identity)));
      const { userId, email, status, epoch } = row;
      return { userId, email, status, isAdmin: row.role === 'admin', epoch };
    },
  };
}

/**
 * Whoever made that account may have typed somebody else's address. The asker has proven to read
 * its mail, so a new password by mail gives them the account, and proves the address here too. A
 * second account beside it would hide from them that somebody sits on their address.
 */
function addressTaken(): Fault {
  return new Fault(
    'conflict',
    'an account has your address already, and never confirmed it: set a new password for it by the link of “forgot password”, then try again',
    { field: 'email' },
  );
}
