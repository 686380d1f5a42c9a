import type { NewMail } from '../mail/types';
import type { IssuedLink } from './types';

/** Nothing that a stranger typed stands in these: otherwise sign-up would send mails of theirs. */
export function verifyMail(to: string, link: IssuedLink): NewMail {
  return {
    to,
    subject: 'Confirm your address',
    text: `Somebody, we hope you, made an account with this address.

Open this link within an hour to confirm that the address is yours:

${link.url}

If it was not you, do nothing.
`,
  };
}

export function resetMail(to: string, link: IssuedLink): NewMail {
  return {
    to,
    subject: 'Set a new password',
    text: `Somebody, we hope you, asked for a new password for this address.

Open this link within an hour to choose one:

${link.url}

It works once. When the password is set, everybody who is signed in to the account is signed out.
If it was not you, do nothing: your password stays as it is.
`,
  };
}
