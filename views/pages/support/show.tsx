import { TICKET_CATEGORIES, type TicketCategory } from '../../../src/support/types';
import { Field } from '../../components/field';
import { Flash } from '../../components/flash';
import { PostForm } from '../../components/post-form';
import { Layout, type PageProps, type Viewer } from '../../layout';
import { errorOf, flashOf, type Refusal } from '../../refusal';

interface SupportPageProps extends PageProps {
  isSent?: boolean;
  /** As it was written, when it was refused. */
  written?: { category: string; subject: string; body: string };
  refusal?: Refusal;
}

const CATEGORY_NAMES: Record<TicketCategory, string> = {
  support: 'A question',
  billing: 'Credits and billing',
  bug: 'Something is broken',
  other: 'Something else',
};

export function SupportPage(props: SupportPageProps) {
  const { nonce, viewer, isSent } = props;
  return (
    <Layout
      title="Support"
      description="How to get help from whoever runs this server."
      nonce={nonce}
      viewer={viewer}
      path="/support"
    >
      <h1>Support</h1>
      {isSent ? <Flash kind="done" text="Sent. The answer comes to your address by mail." /> : null}
      <p class="lead">This server is run by your own team, and its admins answer.</p>
      <p>
        The <a href="/docs">quick start</a> and the <a href="/faq">questions and answers</a> may be
        quicker. When you write about a job, name its id; never send an API key or a password.
      </p>
      {viewer ? (
        <TicketForm {...props} viewer={viewer} />
      ) : (
        <p>
          <a href="/login">Sign in</a> to write to them. If you cannot sign in, ask the person who
          gave you this address: they can send you a sign-in link.
        </p>
      )}
    </Layout>
  );
}

function TicketForm({ viewer, written, refusal }: SupportPageProps & { viewer: Viewer }) {
  const error = flashOf(refusal, ['subject', 'body']);
  return (
    <section aria-labelledby="write">
      <h2 id="write">Write to the admins</h2>
      {error ? <Flash kind="error" text={error} /> : null}
      <PostForm action="/app/tickets" csrfToken={viewer.csrfToken}>
        <div class="field">
          <label for="field-category">About</label>
          <select id="field-category" name="category">
            {TICKET_CATEGORIES.map((category) => (
              <option value={category} selected={category === written?.category} safe>
                {CATEGORY_NAMES[category]}
              </option>
            ))}
          </select>
        </div>
        <Field
          name="subject"
          label="Subject"
          required
          value={written?.subject ?? ''}
          {...errorOf(refusal, 'subject')}
        />
        <Field
          name="body"
          label="Message"
          type="textarea"
          required
          value={written?.body ?? ''}
          {...errorOf(refusal, 'body')}
        />
        <button type="submit">Send</button>
      </PostForm>
    </section>
  );
}
