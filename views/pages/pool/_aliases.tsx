import type { ModelAlias } from '../../../src/hosts/types';
import { Field } from '../../components/field';
import { Flash } from '../../components/flash';
import { PostForm } from '../../components/post-form';
import { errorOf, flashOf, type Refusal } from '../../refusal';

export interface AliasesProps {
  csrfToken: string;
  aliases: ModelAlias[];
  values?: { name: string; models: string };
  refusal?: Refusal;
}

export function AliasesSection({ csrfToken, aliases, values, refusal }: AliasesProps) {
  const error = flashOf(refusal, ['name', 'models']);
  return (
    <section aria-labelledby="aliases">
      <h2 id="aliases">Aliases</h2>
      <p>
        A name for several models: of those, the first that a host can serve answers. What is asked
        for by an alias goes on working when its models change.
      </p>
      {error ? <Flash kind="error" text={error} /> : null}
      {aliases.length === 0 ? (
        <p>There are none yet.</p>
      ) : (
        <AliasTable {...{ csrfToken, aliases }} />
      )}
      <h3>Set an alias</h3>
      <PostForm action="/app/admin/models/aliases" csrfToken={csrfToken}>
        <Field
          name="name"
          label="Alias"
          required
          value={values?.name ?? ''}
          hint="One that is there already is replaced."
          {...errorOf(refusal, 'name')}
        />
        <Field
          name="models"
          label="Models"
          type="textarea"
          required
          value={values?.models ?? ''}
          hint="One a line: the first choice first, then its fallbacks."
          {...errorOf(refusal, 'models')}
        />
        <button type="submit">Set the alias</button>
      </PostForm>
    </section>
  );
}

function AliasTable({ csrfToken, aliases }: Pick<AliasesProps, 'csrfToken' | 'aliases'>) {
  return (
    <section class="scroll" aria-label="Aliases" tabindex="0">
      <table>
        <thead>
          <tr>
            <th scope="col">Alias</th>
            <th scope="col">Models</th>
            <th scope="col">Remove</th>
          </tr>
        </thead>
        <tbody>
          {aliases.map(({ name, models }) => (
            <tr>
              <th scope="row">
                <code safe>{name}</code>
              </th>
              <td safe>{models.join(', then ')}</td>
              <td>
                <PostForm action="/app/admin/models/aliases/removal" csrfToken={csrfToken}>
                  <input type="hidden" name="name" value={name} />
                  <button type="submit" class="quiet">
                    Remove <span safe>{name}</span>
                  </button>
                </PostForm>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
