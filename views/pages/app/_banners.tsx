import type { WebUser } from '../../../src/accounts/types';

/** What stands in the way of who is signed in. */
export function Banners({ status, emailVerified }: Pick<WebUser, 'status' | 'emailVerified'>) {
  return (
    <>
      {status === 'pending' ? (
        <p class="banner" role="status">
          An admin has to let you in first: until then you can look around, and make no keys and ask
          nothing.
        </p>
      ) : null}
      {emailVerified ? null : (
        <p class="banner" role="status">
          Your address is not confirmed yet.{' '}
          <a href="/app/confirm-address">Look for our mail, or send it again</a>
        </p>
      )}
    </>
  );
}
