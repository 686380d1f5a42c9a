import type { Clock } from '../lib/clock';
import type { Chance } from '../lib/ids';
import type { Log } from '../lib/log';
import { runAgent } from './agent/agent';
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
    const { backend: kind, endpointUrl: url, endpointKey: key, slots } = stored;
    const backend = createBackend({ ...deps, kind, url: url ?? '', key });
    const agent = runAgent({ ...deps, backend, port, slots });
    // The jobs are this process's too: whoever starts it again takes them up.
    return { stop: () => agent.leave() };
  };
}
