import type { HostView } from '../../../src/hosts/types';
import { ACT_WORDS, ACTS, type HostAct } from './words';

interface HostActsProps {
  host: Pick<HostView, 'id' | 'state'>;
  csrfToken: string;
}

/** What can be done to the host: in its row with scripts, and by a new page without. */
export function HostActs({ host, csrfToken }: HostActsProps) {
  return (
    <>
      {ACTS[host.state].map((act) =>
        act === 'disablement' ? (
          <details>
            <summary>Disable</summary>
            <p>Its key is refused at once, and its jobs go to other hosts.</p>
            <ActForm id={host.id} act={act} text="Shut this host out" csrfToken={csrfToken} />
          </details>
        ) : (
          <ActForm id={host.id} act={act} text={ACT_WORDS[act]} csrfToken={csrfToken} />
        ),
      )}
    </>
  );
}

function ActForm(props: { id: string; act: HostAct; text: string; csrfToken: string }) {
  const { id, act, text, csrfToken } = props;
  const action = `/app/admin/hosts/${id}/${act}`;
  return (
    <form
      method="post"
      action={action}
      hx-post={action}
      hx-target={`#host-${id}`}
      hx-swap="outerHTML"
      hx-disable="find button"
    >
      <input type="hidden" name="csrf_token" value={csrfToken} />
      <button type="submit" class={act === 'approval' ? undefined : 'quiet'} safe>
        {text}
      </button>
    </form>
  );
}
