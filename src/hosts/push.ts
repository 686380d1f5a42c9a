import type { Clock } from '../lib/clock';
import type { Chance } from '../lib/ids';
import type { Log } from '../lib/log';
import { type AgentEvent, runAgent } from './agent/agent';
import { createBackend } from './backends/create';
import type { BackendHttp } from './backends/types';
import type { StoredHost } from './store-hosts';
import type { HostPort } from './types';

export interface PushDeps {
  clock: Clock;
  chance: Chance;
  log: Log;
  /** The guarded way to what registered itself with an address. */
  http: BackendHttp;
}

export interface Driver {
  stop(): Promise<void>;
}

/** Works for a host that has an address: the agent that runs beside other hosts runs in here. */
export function createDriver(deps: PushDeps) {
  return (stored: StoredHost, port: HostPort): Driver => {
    const { id: hostId, backend: kind, endpointUrl: url, endpointKey: key, slots } = stored;
    const backend = createBackend({ ...deps, kind, url: url ?? '', key });
    const onEvent = (event: AgentEvent) => logFailure(deps.log, hostId, event);
    const agent = runAgent({ ...deps, backend, secret: key, port, slots, onEvent });
    // The jobs are this process's too: whoever starts it again takes them up.
    return { stop: () => agent.leave() };
  };
}

/** Nobody sits beside this host: what a person there would read stands in the server's log. */
function logFailure(log: Log, hostId: string, event: AgentEvent): void {
  if (event.type === 'server_lost') log.warn('push_host.stalled', { hostId, error: event.error });
  if (event.type !== 'job_ended') return;
  const { outcome, error } = event.end;
  if (outcome !== 'failed' && outcome !== 'refused') return;
  const { jobId, model } = event;
  log.warn('push_host.job_failed', { hostId, jobId, model, error: error ?? outcome });
}
