import { Fault } from '../lib/fault';
import type { GoogleSettings } from './google';
import { isSafeUrl } from './issuer-fetch';
import type { OidcSettings } from './oidc';

/** Where Google sends a browser back to, below the server's own address. */
export const GOOGLE_CALLBACK_PATH = '/login/google/callback';

/**
 * What the operator set of an OpenID Connect issuer; undefined for nothing. Throws Fault
 * `invalid_request` that names the variable which is missing or wrong: half of it would leave the
 * operator to believe that tokens are taken.
 */
export function oidcSettings(given: {
  oidcIssuer: string;
  oidcAudience: string;
  oidcJwksUrl: string;
}): OidcSettings | undefined {
  const { oidcIssuer: issuer, oidcAudience: audience, oidcJwksUrl: jwksUrl } = given;
  if (issuer === '' && audience === '' && jwksUrl === '') return undefined;
  if (issuer === '') throw missing('SONDE_OIDC_ISSUER', 'the issuer that its tokens name');
  // Without it, a token that the issuer made for any other service would sign in here.
  if (audience === '')
    throw missing('SONDE_OIDC_AUDIENCE', 'the audience that tokens for Sonde name');
  checkUrl('SONDE_OIDC_ISSUER', issuer);
  if (jwksUrl === '') return { issuer, audience };
  checkUrl('SONDE_OIDC_JWKS_URL', jwksUrl);
  return { issuer, audience, jwksUrl };
}

/** As {@link oidcSettings}, of Google. `baseUrl` is the server's own address, as users see it. */
export function googleSettings(given: {
  googleClientId: string;
  googleClientSecret: string;
  googleUrl: string;
  baseUrl: string;
}): GoogleSettings | undefined {
  const { googleClientId: clientId, googleClientSecret: clientSecret, googleUrl } = given;
  if (clientId === '' && clientSecret === '') return undefined;
  if (clientId === '') throw missing('SONDE_GOOGLE_CLIENT_ID', 'the id that Google gave you');
  if (clientSecret === '') throw missing('SONDE_GOOGLE_CLIENT_SECRET', 'the secret of that client');
  if (given.baseUrl === '')
    throw missing('SONDE_BASE_URL', 'for Google sign-in, the address to which it sends users back');
  const redirectUrl = `${given.baseUrl.replace(/\/+$/, '')}${GOOGLE_CALLBACK_PATH}`;
  if (googleUrl === '') return { clientId, clientSecret, redirectUrl };
  checkUrl('SONDE_GOOGLE_URL', googleUrl);
  return { clientId, clientSecret, redirectUrl, baseUrl: googleUrl };
}

function missing(variable: string, what: string): Fault {
  return new Fault('invalid_request', `${variable} must be set: ${what}`, { field: variable });
}

function checkUrl(variable: string, url: string): void {
  if (isSafeUrl(url)) return;
  throw new Fault(
    'invalid_request',
    `${variable} "${url}" must be an https address (http only on this machine)`,
    { field: variable },
  );
}
