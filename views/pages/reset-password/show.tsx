import { Field } from '../../components/field';
import { Flash } from '../../components/flash';
import { PostForm } from '../../components/post-form';
import { Layout, type PageProps } from '../../layout';
import { errorOf, flashOf, type Refusal } from '../../refusal';

interface ResetPasswordPageProps extends PageProps {
  csrfToken: string;
  /** Of the link; the page itself uses nothing up. */
  token: string;
  passwordMinLength: number;
  refusal?: Refusal;
}

export function ResetPasswordPage(props: ResetPasswordPageProps) {
  const { nonce, viewer, csrfToken, token, passwordMinLength, refusal } = props;
  const error = flashOf(refusal, ['password']);
  return (
    <Layout title="New password" nonce={nonce} viewer={viewer} path="/reset-password">
      <h1>Choose a new password</h1>
      {error ? <Flash kind="error" text={error} /> : null}
      <p>Whoever is signed in to the account is signed out then, here too.</p>
      <PostForm action="/reset-password" csrfToken={csrfToken}>
        <input type="hidden" name="token" value={token} />
        <Field
          name="password"
          label="New password"
          type="password"
          autocomplete="new-password"
          required
          minlength={passwordMinLength}
          hint={`At least ${passwordMinLength} characters.`}
          {...errorOf(refusal, 'password')}
        />
        <button type="submit">Set the password</button>
      </PostForm>
      <p>
        The link is used or too old? <a href="/forgot-password">Ask for another</a>
      </p>
    </Layout>
  );
}
