import { Field } from '../../components/field';
import { Flash } from '../../components/flash';
import { PostForm } from '../../components/post-form';
import { Layout, type PageProps } from '../../layout';
import { errorOf, flashOf, type Refusal } from '../../refusal';

export interface LoginPageProps extends PageProps {
  csrfToken: string;
  hasGoogle: boolean;
  /** Where to go then: a local path. */
  next: string;
  email?: string;
  refusal?: Refusal;
  /** What was done before: a password that was set. */
  done?: string;
}

export function LoginPage(props: LoginPageProps) {
  const { nonce, viewer, csrfToken, hasGoogle, next, email = '', refusal, done } = props;
  const error = flashOf(refusal, ['email', 'password']);
  return (
    <Layout
      title="Sign in"
      description="Sign in to see credits, keys and jobs."
      nonce={nonce}
      viewer={viewer}
      path="/login"
    >
      <h1>Sign in</h1>
      {done ? <Flash kind="done" text={done} /> : null}
      {error ? <Flash kind="error" text={error} /> : null}
      <PostForm action="/login" csrfToken={csrfToken}>
        <input type="hidden" name="next" value={next} />
        <Field
          name="email"
          label="Mail address"
          type="email"
          autocomplete="username"
          required
          value={email}
          {...errorOf(refusal, 'email')}
        />
        <Field
          name="password"
          label="Password"
          type="password"
          autocomplete="current-password"
          required
          {...errorOf(refusal, 'password')}
        />
        <button type="submit">Sign in</button>
      </PostForm>
      {hasGoogle ? (
        <p>
          <a class="button quiet" href="/login/google">
            Sign in with Google
          </a>
        </p>
      ) : null}
      <p>
        <a href="/forgot-password">Forgot your password?</a> <a href="/signup">Make an account</a>
      </p>
    </Layout>
  );
}
