import { OPERATOR } from '../audit/types';
import type { Core } from '../core';

export interface FirstSignIn {
  email: string;
  /** Signs in once, within 30 minutes. */
  path: string;
}

/**
 * While nobody has a way to sign in, a link by which whoever started the server becomes the first
 * admin, who is made if there is none; null from the first password or outside identity on.
 */
export async function firstSignIn(core: Core): Promise<FirstSignIn | null> {
  const { accounts, audit, auth, options } = core;
  if (await accounts.canAnybodySignIn()) return null;
  const { id, email } = await accounts.firstAdmin(options.adminEmail);
  const { url } = await audit.perform(
    { actorId: OPERATOR, action: 'user.sign_in_link', subject: id },
    async (tx) => {
      const result = await auth.issueLink(tx, 'sign_in', id);
      return { result, change: { before: null, after: { expiresMs: result.expiresMs } } };
    },
  );
  const { pathname, search } = new URL(url);
  return { email, path: pathname + search };
}
