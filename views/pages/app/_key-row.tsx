import type { ApiKey } from '../../../src/keys/types';
import { PostForm } from '../../components/post-form';
import { dayOf, momentOf } from './times';

interface KeyRowProps {
  apiKey: ApiKey;
  csrfToken: string;
}

export function KeyRow({ apiKey, csrfToken }: KeyRowProps) {
  const { id, name, prefix, lastUsedMs, expiresMs } = apiKey;
  return (
    <tr id={`key-${id}`}>
      <td safe>{name}</td>
      <td>
        <code safe>{`${prefix}…`}</code>
      </td>
      <td safe>{lastUsedMs === null ? 'never' : momentOf(lastUsedMs)}</td>
      <td safe>{expiresMs === null ? 'never' : dayOf(expiresMs)}</td>
      <td>
        <details>
          <summary>Revoke</summary>
          <p>Every program that uses this key is refused at once, for good.</p>
          <PostForm action={`/app/keys/${id}/revocation`} csrfToken={csrfToken}>
            <button type="submit">Revoke this key</button>
          </PostForm>
        </details>
      </td>
    </tr>
  );
}
