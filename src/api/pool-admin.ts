import type { Audit } from '../audit/service';
import type { HostState, Hosts, HostView, ModelAlias, UserPriority } from '../hosts/types';
import type { Clock } from '../lib/clock';

export interface PoolAdminDeps {
  hosts: Pick<Hosts, 'inference' | 'registry'>;
  audit: Pick<Audit, 'record'>;
  clock: Clock;
}

/** What an admin does to the pool, wherever they do it: each change is one write with its row in the
 * audit log. `actorId` is a user's id, or `OPERATOR`. */
export interface PoolAdmin {
  /** Throws Fault `not_found`. */
  setState(actorId: string, id: string, state: Exclude<HostState, 'pending'>): Promise<HostView>;
  /** The token is shown this once. Throws as `HostRegistry.createJoinToken`. */
  createJoinToken(
    actorId: string,
    by: { lifeMs: number; uses: number },
  ): Promise<{ token: string; expiresMs: number }>;
  /** Throws as `HostRegistry.setAlias`. */
  setAlias(actorId: string, alias: ModelAlias): Promise<void>;
  /** Of a user who is there. Throws as `HostRegistry.setPriority`. */
  setPriority(actorId: string, given: UserPriority): Promise<void>;
}

export function createPoolAdmin({ hosts, audit, clock }: PoolAdminDeps): PoolAdmin {
  const { registry, inference } = hosts;

  /** Undefined when nothing changes: then nothing is recorded. */
  function recordOf(
    actorId: string,
    done: { action: string; subject: string; before: unknown; after: unknown },
  ) {
    if (Bun.deepEquals(done.before, done.after)) return undefined;
    return (tx: Parameters<Audit['record']>[0]) => audit.record(tx, { actorId, ...done });
  }

  return {
    setState(actorId, id, state) {
      const before = registry.get(id)?.state;
      const done = { action: 'host.state', subject: id, before, after: state };
      return registry.setState(id, state, recordOf(actorId, done));
    },
    async createJoinToken(actorId, { lifeMs, uses }) {
      const expiresMs = clock.nowMs() + lifeMs;
      const after = { uses, expiresMs };
      const done = { action: 'host.join_token', subject: 'join token', before: null, after };
      const record = recordOf(actorId, done);
      return { token: await registry.createJoinToken({ lifeMs, uses }, record), expiresMs };
    },
    setAlias(actorId, alias) {
      const { name, models: after } = alias;
      const before = inference.aliases().find((each) => each.name === name)?.models ?? [];
      const done = { action: 'model.alias', subject: name, before, after };
      return registry.setAlias(alias, recordOf(actorId, done));
    },
    setPriority(actorId, given) {
      const { userId: subject, priority: after } = given;
      const before = registry.priorityOf(subject);
      const done = { action: 'user.priority', subject, before, after };
      return registry.setPriority(given, recordOf(actorId, done));
    },
  };
}
