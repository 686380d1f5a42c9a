import type { HostView } from '../../../src/hosts/types';
import { formatCredits } from '../../../src/lib/money';
import { momentOf } from '../app/times';
import { perMillion } from '../models/prices';
import { HostActs } from './_host-acts';
import { hostModelsText, hostStateText } from './words';

export interface HostRowProps {
  host: HostView;
  /** Null for one that registered itself. */
  ownerEmail: string | null;
  csrfToken: string;
  nowMs: number;
}

export function HostRow({ host, ownerEmail, csrfToken, nowMs }: HostRowProps) {
  const { id, gpu, price, slots, tokensPerSecond, firstTokenMs, heartbeatMs } = host;
  return (
    <tr id={`host-${id}`}>
      <th scope="row">
        <span safe>{gpu}</span>
        <p class="note" safe>
          {[host.backend, host.endpointUrl, ownerEmail].filter((each) => each !== null).join(', ')}
        </p>
        <p class="note">
          <code safe>{id}</code>
        </p>
      </th>
      <td safe>{hostModelsText(host)}</td>
      <td>
        <p class="note" safe>{`prompt ${perMillion(price.inputMicros)}`}</p>
        <p class="note" safe>{`answer ${perMillion(price.outputMicros)}`}</p>
      </td>
      <td>
        <span safe>{hostStateText(host, nowMs)}</span>
        <HostActs host={host} csrfToken={csrfToken} />
      </td>
      <td safe>{`${host.runningJobs} of ${slots}`}</td>
      <td>{host.completedJobs}</td>
      <td>{host.failedJobs}</td>
      <td safe>{formatCredits(host.earnedMicros)}</td>
      <td safe>{tokensPerSecond === null ? '' : tokensPerSecond.toFixed(1)}</td>
      <td safe>{firstTokenMs === null ? '' : `${Math.round(firstTokenMs)} ms`}</td>
      <td safe>{heartbeatMs === null ? 'never' : momentOf(heartbeatMs)}</td>
    </tr>
  );
}
