import { Copyable } from '../../components/copyable';
import { Field } from '../../components/field';
import { Flash } from '../../components/flash';
import { PostForm } from '../../components/post-form';
import { errorOf, flashOf, type Refusal } from '../../refusal';
import { joinCommand } from '../../samples';
import { momentOf } from '../app/times';

export interface JoinTokenProps {
  csrfToken: string;
  origin: string;
  /** The one that was just made. */
  created?: { token: string; uses: number; expiresMs: number };
  values?: { lifeHours: string; uses: string };
  refusal?: Refusal;
}

const DEFAULTS = { lifeHours: '24', uses: '1' };

export function JoinTokenSection(props: JoinTokenProps) {
  const { csrfToken, origin, created, values = DEFAULTS, refusal } = props;
  const error = flashOf(refusal, ['life_hours', 'uses']);
  return (
    <section aria-labelledby="join">
      <h2 id="join">Add a host</h2>
      {created ? <CreatedToken origin={origin} {...created} /> : null}
      {error ? <Flash kind="error" text={error} /> : null}
      <p>
        A join token lets a machine in without waiting for you. There, beside its Ollama, vLLM or
        llama.cpp, run <code>sonde host</code> with it: that finds the models, measures their speed
        and takes jobs, over connections that it opens itself.
      </p>
      <PostForm action="/app/admin/hosts/join-tokens" csrfToken={csrfToken}>
        <Field
          name="life_hours"
          label="Good for so many hours"
          type="number"
          required
          value={values.lifeHours}
          {...errorOf(refusal, 'life_hours')}
        />
        <Field
          name="uses"
          label="For so many hosts"
          type="number"
          required
          value={values.uses}
          {...errorOf(refusal, 'uses')}
        />
        <button type="submit">Make a join token</button>
      </PostForm>
    </section>
  );
}

/** The one time that a token is shown. */
function CreatedToken(props: { origin: string; token: string; uses: number; expiresMs: number }) {
  const { origin, token, uses, expiresMs } = props;
  const hosts = uses === 1 ? 'one host' : `${uses} hosts`;
  return (
    <div class="flash done" role="status">
      <p safe>
        {`Run this on the machine with the GPU. The token lets in ${hosts} until ${momentOf(expiresMs)} UTC, and is not shown again.`}
      </p>
      <Copyable id="join-command" label="Joining a host" text={joinCommand(origin, token)} />
    </div>
  );
}
