import { Field } from '../../components/field';
import { Flash } from '../../components/flash';
import { PostForm } from '../../components/post-form';
import { errorOf, flashOf, type Refusal } from '../../refusal';

export interface PrioritiesProps {
  csrfToken: string;
  /** Of those who have another than 0. */
  priorities: { email: string; priority: number }[];
  values?: { email: string; priority: string };
  refusal?: Refusal;
}

export function PrioritiesSection(props: PrioritiesProps) {
  const { csrfToken, priorities, values, refusal } = props;
  const error = flashOf(refusal, ['user', 'priority']);
  return (
    <section aria-labelledby="priorities">
      <h2 id="priorities">Priorities</h2>
      <p>
        Who waits is served in turn, each user as many tokens as the others. A priority puts all
        jobs of a user before those of others, or after.
      </p>
      {error ? <Flash kind="error" text={error} /> : null}
      {priorities.length === 0 ? (
        <p>Everybody has the same.</p>
      ) : (
        <PriorityTable {...{ csrfToken, priorities }} />
      )}
      <h3>Give a priority</h3>
      <PostForm action="/app/admin/models/priorities" csrfToken={csrfToken}>
        <Field
          name="user"
          label="Mail address of the user"
          type="email"
          required
          value={values?.email ?? ''}
          {...errorOf(refusal, 'user')}
        />
        <Field
          name="priority"
          label="Priority"
          type="number"
          required
          value={values?.priority ?? ''}
          hint="From -100 to 100; 0 is what everybody has."
          {...errorOf(refusal, 'priority')}
        />
        <button type="submit">Give the priority</button>
      </PostForm>
    </section>
  );
}

function PriorityTable(props: Pick<PrioritiesProps, 'csrfToken' | 'priorities'>) {
  const { csrfToken, priorities } = props;
  return (
    <section class="scroll" aria-label="Priorities" tabindex="0">
      <table>
        <thead>
          <tr>
            <th scope="col">User</th>
            <th scope="col">Priority</th>
            <th scope="col">Take back</th>
          </tr>
        </thead>
        <tbody>
          {priorities.map(({ email, priority }) => (
            <tr>
              <th scope="row" safe>
                {email}
              </th>
              <td>{priority}</td>
              <td>
                <PostForm action="/app/admin/models/priorities" csrfToken={csrfToken}>
                  <input type="hidden" name="user" value={email} />
                  <input type="hidden" name="priority" value="0" />
                  <button type="submit" class="quiet">
                    Take back
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
