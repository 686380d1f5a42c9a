import { Flash } from '../../components/flash';
import { PostForm } from '../../components/post-form';
import { Layout, type PageProps, type Viewer } from '../../layout';
import type { Refusal } from '../../refusal';

interface ConfirmAddressPageProps extends PageProps {
  viewer: Viewer;
  /** False on a server that keeps its mail in an outbox. */
  sendsMail: boolean;
  isSent: boolean;
  refusal?: Refusal;
}

export function ConfirmAddressPage(props: ConfirmAddressPageProps) {
  const { nonce, viewer, sendsMail, isSent, refusal } = props;
  return (
    <Layout title="Confirm your address" nonce={nonce} viewer={viewer} path="/app/confirm-address">
      <h1>Look for our mail</h1>
      {isSent ? <Flash kind="done" text="Another mail is on its way." /> : null}
      {refusal ? <Flash kind="error" text={refusal.message} /> : null}
      <p>
        A mail goes to <strong safe>{viewer.email}</strong>. Open the link in it within an hour: it
        confirms that the address is yours, so that you can set a new password by mail one day.
      </p>
      {sendsMail ? null : (
        <p class="note">
          This server sends no mail: its operator reads the message with{' '}
          <code>sonde mail list</code> and can pass the link on to you.
        </p>
      )}
      <PostForm action="/app/confirm-address" csrfToken={viewer.csrfToken}>
        <button type="submit" class="quiet">
          Send the mail again
        </button>
      </PostForm>
      <p>
        <a href="/app">Go on to your dashboard</a>
      </p>
    </Layout>
  );
}
