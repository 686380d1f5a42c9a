import { Field } from '../../components/field';
import { Flash } from '../../components/flash';
import { PostForm } from '../../components/post-form';
import { Layout, type PageProps } from '../../layout';

interface ForgotPasswordPageProps extends PageProps {
  csrfToken: string;
  isSent: boolean;
}

export function ForgotPasswordPage(props: ForgotPasswordPageProps) {
  const { nonce, viewer, csrfToken, isSent } = props;
  return (
    <Layout title="Forgot password" nonce={nonce} viewer={viewer} path="/forgot-password">
      <h1>A new password</h1>
      {isSent ? (
        <Flash
          kind="done"
          text="If there is an account with this address, a link is on its way to it. It is good for an hour."
        />
      ) : null}
      <p>We mail you a link by which you choose a new password.</p>
      <PostForm action="/forgot-password" csrfToken={csrfToken}>
        <Field name="email" label="Mail address" type="email" autocomplete="username" required />
        <button type="submit">Send the link</button>
      </PostForm>
      <p class="note">No mail comes? An admin of this server can make a link for you.</p>
    </Layout>
  );
}
