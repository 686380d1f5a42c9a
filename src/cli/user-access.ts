import type { Command } from 'commander';
import type { Profile } from '../accounts/types';
import { OPERATOR } from '../audit/types';
import type { Core } from '../core';
import { isoFromMs } from '../lib/clock';
import { Fault } from '../lib/fault';
import { addCommonFlags, type CommonFlags, withCore } from './context';
import { json, line, note } from './output';

interface UserFlags extends CommonFlags {
  user: string;
}

/** Who is let in, and how. */
export function addUserAccessCommands(user: Command): void {
  const command = (name: string, description: string) =>
    addCommonFlags(
      user.command(name).description(description).requiredOption('--user <email>', 'whose account'),
    );
  command('show', 'show an account').action(show);
  command('suspend', 'end every session of an account, and let nobody in to it').action(
    (flags: UserFlags) => setSuspended(flags, true),
  );
  command('unsuspend', 'let the user of a suspended account in again').action((flags: UserFlags) =>
    setSuspended(flags, false),
  );
  command('approve', 'let in a user who signed up and waits for it').action(approve);
  command('reset-link', 'print a link that sets a new password: once, within an hour').action(
    (flags: UserFlags) => printLink(flags, 'reset'),
  );
  command('sign-in-link', 'print a link that signs in: once, within 30 minutes').action(
    (flags: UserFlags) => printLink(flags, 'sign_in'),
  );
}

async function profileOf(core: Core, email: string): Promise<Profile> {
  const { id } = await core.accounts.byEmail(email);
  const profile = await core.accounts.profile(id);
  if (!profile) throw new Fault('not_found', `no user has the address ${email}`);
  return profile;
}

async function show(flags: UserFlags): Promise<void> {
  const profile = await withCore(flags, (core) => profileOf(core, flags.user));
  if (flags.json) return json(profileJson(profile));
  const name = `${profile.firstName} ${profile.lastName}`.trim();
  line(`${profile.email}${name === '' ? '' : ` (${name})`}`);
  line(`  id        ${profile.id}`);
  line(`  role      ${profile.isAdmin ? 'admin' : 'member'}`);
  line(`  status    ${statusText(profile)}`);
  line(`  address   ${profile.emailVerified ? 'confirmed' : 'not confirmed'}`);
  line(`  marketing ${profile.marketingEmailsEnabled ? 'agreed' : 'not agreed'}`);
  line(`  created   ${isoFromMs(profile.createdMs)}`);
}

function statusText({ status, suspendedMs }: Profile): string {
  return suspendedMs === null ? status : `${status} since ${isoFromMs(suspendedMs)}`;
}

async function setSuspended(flags: UserFlags, suspended: boolean): Promise<void> {
  const { profile, changed } = await withCore(flags, async (core) => {
    const { id } = await core.accounts.byEmail(flags.user);
    const action = suspended ? 'user.suspend' : 'user.unsuspend';
    const change = { before: { suspended: !suspended }, after: { suspended } };
    const changed = await core.audit.perform(
      { actorId: OPERATOR, action, subject: id },
      async (tx) => {
        const result = await core.accounts.setSuspended(tx, id, suspended);
        return { result, change: result ? change : null };
      },
    );
    return { changed, profile: await profileOf(core, flags.user) };
  });
  if (flags.json) return json({ changed, ...profileJson(profile) });
  line(`${profile.email} is ${changed ? 'now' : 'already'} ${statusText(profile)}`);
}

async function approve(flags: UserFlags): Promise<void> {
  const profile = await withCore(flags, async (core) => {
    const { id } = await core.accounts.byEmail(flags.user);
    const change = { before: { status: 'pending' }, after: { status: 'active' } };
    await core.audit.perform(
      { actorId: OPERATOR, action: 'user.approve', subject: id },
      async (tx) => ({ result: await core.accounts.approve(tx, id), change }),
    );
    return profileOf(core, flags.user);
  });
  if (flags.json) return json(profileJson(profile));
  line(`${profile.email} is now ${profile.status}`);
}

async function printLink(flags: UserFlags, kind: 'reset' | 'sign_in'): Promise<void> {
  const link = await withCore(flags, async (core) => {
    const { id } = await core.accounts.byEmail(flags.user);
    return core.audit.perform(
      { actorId: OPERATOR, action: `user.${kind}_link`, subject: id },
      async (tx) => {
        const result = await core.auth.issueLink(tx, kind, id);
        return { result, change: { before: null, after: { expiresMs: result.expiresMs } } };
      },
    );
  });
  const expires = isoFromMs(link.expiresMs);
  if (flags.json) return json({ url: link.url, expires_at: expires });
  line(link.url);
  note(`Good once, until ${expires}: whoever opens it acts as ${flags.user}.`);
}

function profileJson(profile: Profile) {
  return {
    id: profile.id,
    email: profile.email,
    first_name: profile.firstName,
    last_name: profile.lastName,
    email_verified: profile.emailVerified,
    is_admin: profile.isAdmin,
    marketing_emails_enabled: profile.marketingEmailsEnabled,
    status: profile.status,
    suspended_at: profile.suspendedMs === null ? null : isoFromMs(profile.suspendedMs),
    created_at: isoFromMs(profile.createdMs),
  };
}
