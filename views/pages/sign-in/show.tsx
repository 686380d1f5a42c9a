import { Flash } from '../../components/flash';
import { PostForm } from '../../components/post-form';
import { Layout, type PageProps } from '../../layout';
import type { Refusal } from '../../refusal';

interface SignInPageProps extends PageProps {
  csrfToken: string;
  /** Of the link; the page itself uses nothing up. */
  token: string;
  refusal?: Refusal;
}

/** Where a sign-in link leads. Programs that open every link of a mail press no buttons. */
export function SignInPage({ nonce, viewer, csrfToken, token, refusal }: SignInPageProps) {
  return (
    <Layout title="Sign in by link" nonce={nonce} viewer={viewer} path="/sign-in">
      <h1>Sign in</h1>
      {refusal ? <Flash kind="error" text={refusal.message} /> : null}
      <p>This link signs you in once, in this browser.</p>
      <PostForm action="/sign-in" csrfToken={csrfToken}>
        <input type="hidden" name="token" value={token} />
        <button type="submit">Sign in</button>
      </PostForm>
      <p>
        The link is used or too old? <a href="/login">Sign in with a password</a>, or ask your admin
        for another.
      </p>
    </Layout>
  );
}
