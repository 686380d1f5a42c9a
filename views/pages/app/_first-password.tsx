import { Field } from '../../components/field';
import { Flash } from '../../components/flash';
import { PostForm } from '../../components/post-form';
import { errorOf, flashOf, type Refusal } from '../../refusal';

interface FirstPasswordProps {
  email: string;
  csrfToken: string;
  passwordMinLength: number;
  refusal?: Refusal;
}

/** For who came in by a link: without a password they would need another one the next time. */
export function FirstPasswordSection(props: FirstPasswordProps) {
  const { email, csrfToken, passwordMinLength, refusal } = props;
  const error = flashOf(refusal, ['password']);
  return (
    <section aria-labelledby="first-password">
      <h2 id="first-password">Set a password</h2>
      {error ? <Flash kind="error" text={error} /> : null}
      <p>Your account has no password yet. With one you can sign in without a link.</p>
      <PostForm action="/app/password" csrfToken={csrfToken}>
        <input type="email" name="username" autocomplete="username" value={email} readonly hidden />
        <Field
          name="password"
          label="Password"
          type="password"
          autocomplete="new-password"
          required
          minlength={passwordMinLength}
          hint={`At least ${passwordMinLength} characters.`}
          {...errorOf(refusal, 'password')}
        />
        <button type="submit">Set the password</button>
      </PostForm>
    </section>
  );
}
