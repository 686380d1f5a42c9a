import type { ApiKey } from '../../../src/keys/types';
import { Field } from '../../components/field';
import { Flash } from '../../components/flash';
import { PostForm } from '../../components/post-form';
import { errorOf, flashOf, type Refusal } from '../../refusal';
import { CreatedKey } from './_created-key';
import { KeyRow } from './_key-row';

export interface KeysProps {
  keys: ApiKey[];
  csrfToken: string;
  created?: { name: string; plaintext: string };
  values?: { name: string; expiresDays: string };
  refusal?: Refusal;
}

export function KeysSection({ keys, csrfToken, created, values, refusal }: KeysProps) {
  const error = flashOf(refusal, ['name', 'expires_days']);
  return (
    <section aria-labelledby="keys">
      <h2 id="keys">API keys</h2>
      {created ? <CreatedKey {...created} /> : null}
      {error ? <Flash kind="error" text={error} /> : null}
      {keys.length === 0 ? (
        <p>You have no keys. Make one for a program that asks.</p>
      ) : (
        <KeyTable keys={keys} csrfToken={csrfToken} />
      )}
      <h3>Make a key</h3>
      <PostForm action="/app/keys" csrfToken={csrfToken}>
        <Field
          name="name"
          label="Name"
          required
          value={values?.name ?? ''}
          hint="What it is for, so that you know it again."
          {...errorOf(refusal, 'name')}
        />
        <Field
          name="expires_days"
          label="Good for so many days"
          type="number"
          value={values?.expiresDays ?? ''}
          hint="Empty for a key that does not expire."
          {...errorOf(refusal, 'expires_days')}
        />
        <button type="submit">Make the key</button>
      </PostForm>
    </section>
  );
}

function KeyTable({ keys, csrfToken }: Pick<KeysProps, 'keys' | 'csrfToken'>) {
  return (
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Begins with</th>
            <th scope="col">Last used (UTC)</th>
            <th scope="col">Expires</th>
            <th scope="col">Revoke</th>
          </tr>
        </thead>
        <tbody>
          {keys.map((key) => (
            <KeyRow apiKey={key} csrfToken={csrfToken} />
          ))}
        </tbody>
      </table>
    </div>
  );
}
