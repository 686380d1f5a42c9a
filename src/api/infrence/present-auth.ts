import type { Profile, SignedIn } from '../../accounts/types';

export function userDto(profile: Profile) {
  return {
    id: profile.id,
    email: profile.email,
    first_name: profile.firstName,
    last_name: profile.lastName,
    email_verified: profile.emailVerified,
    marketing_emails_enabled: profile.marketingEmailsEnabled,
    is_admin: profile.isAdmin,
    status: profile.status,
  };
}

export function authResponse({ user, accessToken, refreshToken }: SignedIn): Response {
  return Response.json(
    { access_token: accessToken, refresh_token: refreshToken, user: userDto(user) },
    // RFC 6749, section 5.1: no cache keeps tokens.
    { headers: { 'cache-control': 'no-store' } },
  );
}

/** Where the contract documents success without a body. */
export function done(): Response {
  return new Response(null, { status: 200 });
}
