import type { HostState } from '../../../src/hosts/types';
import { Filter } from '../../components/filter';
import { Pager } from '../../components/pager';
import { Layout, type PageProps, type Viewer } from '../../layout';
import { PoolTabs } from '../pool/tabs';
import { HostRow, type HostRowProps } from './_host-row';
import { type JoinTokenProps, JoinTokenSection } from './_join-token';
import { HOST_STATE_WORDS } from './words';

export interface HostListProps extends PageProps {
  viewer: Viewer;
  hosts: Omit<HostRowProps, 'csrfToken' | 'nowMs'>[];
  nowMs: number;
  /** Of those in this state. */
  total: number;
  offset: number;
  limit: number;
  /** Null for all. */
  state: HostState | null;
  join: Omit<JoinTokenProps, 'csrfToken'>;
}

const PATH = '/app/admin/hosts';

/** The machines of the pool, for an admin. */
export function HostListPage(props: HostListProps) {
  const { nonce, viewer, hosts, state, join, total, offset, limit } = props;
  const options = Object.entries(HOST_STATE_WORDS).map(([value, text]) => ({ value, text }));
  return (
    <Layout
      title="Hosts"
      nonce={nonce}
      viewer={viewer}
      path={PATH}
      scripts={['/assets/htmx.js', '/app/copy.js']}
    >
      <h1>Hosts</h1>
      <PoolTabs path={PATH} />
      {join.created ? <JoinTokenSection csrfToken={viewer.csrfToken} {...join} /> : null}
      <Filter label="States" path={PATH} name="state" selected={state ?? ''} options={options} />
      <div id="host-refusal" />
      {hosts.length === 0 ? <Empty isAll={state === null} /> : <HostTable {...props} />}
      <Pager path={PATH} query={{ state: state ?? '' }} {...{ total, offset, limit }} />
      {join.created ? null : <JoinTokenSection csrfToken={viewer.csrfToken} {...join} />}
    </Layout>
  );
}

function Empty({ isAll }: { isAll: boolean }) {
  if (!isAll) return <p>There is no such host.</p>;
  return (
    <p>
      There are no hosts yet. Make a join token below, and run the line that you get on the machine
      with the GPU: its models are there for everybody within seconds.
    </p>
  );
}

function HostTable({ hosts, viewer, nowMs }: Pick<HostListProps, 'hosts' | 'viewer' | 'nowMs'>) {
  return (
    <section class="scroll" aria-label="Hosts" tabindex="0">
      <table class="wide">
        <caption>Prices are for a million tokens; what was earned is in credits.</caption>
        <thead>
          <tr>
            <th scope="col">Host</th>
            <th scope="col">Models</th>
            <th scope="col">Price</th>
            <th scope="col">State</th>
            <th scope="col">At work</th>
            <th scope="col">Completed</th>
            <th scope="col">Failed</th>
            <th scope="col">Earned</th>
            <th scope="col">Tokens/s</th>
            <th scope="col">First token</th>
            <th scope="col">Last sign (UTC)</th>
          </tr>
        </thead>
        <tbody>
          {hosts.map((host) => (
            <HostRow {...host} csrfToken={viewer.csrfToken} nowMs={nowMs} />
          ))}
        </tbody>
      </table>
    </section>
  );
}
