import type { SignupPolicy } from '../../../src/accounts/types';
import { Field } from '../../components/field';
import { Flash } from '../../components/flash';
import { PostForm } from '../../components/post-form';
import { Layout, type PageProps } from '../../layout';
import { errorOf, flashOf, type Refusal } from '../../refusal';

export interface SignupPageProps extends PageProps {
  csrfToken: string;
  policy: SignupPolicy;
  passwordMinLength: number;
  email?: string;
  refusal?: Refusal;
}

export function SignupPage(props: SignupPageProps) {
  const { nonce, viewer, policy } = props;
  return (
    <Layout
      title="Sign up"
      description="Make an account; the Free plan needs no card."
      nonce={nonce}
      viewer={viewer}
      path="/signup"
    >
      <h1>Make an account</h1>
      {policy === 'closed' ? (
        <p class="lead">
          Sign-up is closed on this server. Ask its admin for an account: they can send you a link
          that signs you in.
        </p>
      ) : (
        <SignupForm {...props} />
      )}
      <p>
        You have an account? <a href="/login">Sign in</a>
      </p>
    </Layout>
  );
}

function SignupForm({ csrfToken, policy, passwordMinLength, email, refusal }: SignupPageProps) {
  const error = flashOf(refusal, ['email', 'password']);
  return (
    <>
      {error ? <Flash kind="error" text={error} /> : null}
      {policy === 'approval' ? (
        <p>An admin of this server lets new users in: until then you can look, and ask nothing.</p>
      ) : null}
      <PostForm action="/signup" csrfToken={csrfToken}>
        <Field
          name="email"
          label="Mail address"
          type="email"
          autocomplete="username"
          required
          value={email ?? ''}
          {...errorOf(refusal, 'email')}
        />
        <Field
          name="password"
          label="Password"
          type="password"
          autocomplete="new-password"
          required
          minlength={passwordMinLength}
          hint={`At least ${passwordMinLength} characters; a few words that do not belong together are best.`}
          {...errorOf(refusal, 'password')}
        />
        <button type="submit">Make the account</button>
      </PostForm>
    </>
  );
}
