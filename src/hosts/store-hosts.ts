import type { Connection } from '../db/client';
import type {
  Host,
  HostBackend,
  HostedModel,
  HostFeature,
  HostModel,
  HostState,
  ModelAlias,
  UserPriority,
} from './types';

/** A host with what only its server may know. */
export interface StoredHost extends Host {
  keyHash: string;
  endpointKey: string;
  failedJobs: number;
}

interface HostRow {
  id: string;
  ownerId: string | null;
  keyHash: string;
  gpu: string;
  backend: HostBackend;
  endpointUrl: string | null;
  endpointKey: string;
  state: HostState;
  inputPriceMicros: number;
  outputPriceMicros: number;
  models: string;
  features: string;
  slots: number;
  failedJobs: number;
  createdMs: number;
  heartbeatMs: number | null;
  gpuUtilization: number | null;
}

export type HostStore = ReturnType<typeof hostStore>;

/** Hosts, what lets them in, and the names that models go by. */
export function hostStore({ prepare }: Connection) {
  const all = prepare<HostRow>(`SELECT ${HOST_COLUMNS} FROM host ORDER BY id`);
  const insert = prepare<never>(`
    INSERT INTO host (id, owner_id, key_hash, gpu, backend, endpoint_url, endpoint_key, state,
      input_price_micros, output_price_micros, models, features, slots, created_ms)
    VALUES (:id, :ownerId, :keyHash, :gpu, :backend, :endpointUrl, :endpointKey, :state,
      :inputPriceMicros, :outputPriceMicros, :models, :features, :slots, :createdMs)`);
  const setState = prepare<never>('UPDATE host SET state = :state WHERE id = :id');
  const setSign = prepare<never>(`
    UPDATE host SET heartbeat_ms = :heartbeatMs, gpu_utilization = :gpuUtilization,
      models = :models WHERE id = :id`);
  const countFailure = prepare<never>(
    'UPDATE host SET failed_jobs = failed_jobs + 1 WHERE id = :id',
  );
  const aliases = prepare<{ name: string; models: string }>(
    'SELECT name, models FROM model_alias ORDER BY name',
  );
  const putAlias = prepare<never>(`
    INSERT INTO model_alias (name, models) VALUES (:name, :models)
    ON CONFLICT DO UPDATE SET models = excluded.models`);
  const dropAlias = prepare<never>('DELETE FROM model_alias WHERE name = :name');
  const priorities = prepare<UserPriority>(
    'SELECT user_id AS userId, priority FROM inference_priority',
  );
  const putPriority = prepare<never>(`
    INSERT INTO inference_priority (user_id, priority) VALUES (:userId, :priority)
    ON CONFLICT DO UPDATE SET priority = excluded.priority`);
  const addToken = prepare<never>(`
    INSERT INTO join_token (hash, uses_left, expires_ms, created_ms)
    VALUES (:hash, :uses, :expiresMs, :createdMs)`);
  const useToken = prepare<never>(`
    UPDATE join_token SET uses_left = uses_left - 1
    WHERE hash = :hash AND uses_left > 0 AND expires_ms > :nowMs`);
  return {
    async all(): Promise<StoredHost[]> {
      return (await all.all()).map(hostOf);
    },
    async insert({ price, models, features, ...host }: StoredHost): Promise<void> {
      const { heartbeatMs: _, gpuUtilization: __, failedJobs: ___, ...row } = host;
      await insert.run({
        ...row,
        inputPriceMicros: price.inputMicros,
        outputPriceMicros: price.outputMicros,
        models: JSON.stringify(models),
        features: JSON.stringify(features),
      });
    },
    setState: (id: string, state: HostState) => setState.run({ id, state }),
    setSign: ({ id, heartbeatMs, gpuUtilization, models }: Host) =>
      setSign.run({ id, heartbeatMs, gpuUtilization, models: JSON.stringify(models) }),
    countFailure: (id: string) => countFailure.run({ id }),
    async aliases(): Promise<ModelAlias[]> {
      const rows = await aliases.all();
      return rows.map(({ name, models }) => ({ name, models: JSON.parse(models) as string[] }));
    },
    async setAlias({ name, models }: ModelAlias): Promise<void> {
      if (models.length === 0) await dropAlias.run({ name });
      else await putAlias.run({ name, models: JSON.stringify(models) });
    },
    priorities: () => priorities.all(),
    setPriority: ({ userId, priority }: UserPriority) => putPriority.run({ userId, priority }),
    addJoinToken: (token: { hash: string; uses: number; expiresMs: number; createdMs: number }) =>
      addToken.run(token),
    /** False for a token that is unknown, used up or expired. */
    async useJoinToken(hash: string, nowMs: number): Promise<boolean> {
      return (await useToken.run({ hash, nowMs })) === 1;
    },
  };
}

const HOST_COLUMNS = `
  id, owner_id AS ownerId, key_hash AS keyHash, gpu, backend, endpoint_url AS endpointUrl,
  endpoint_key AS endpointKey, state, input_price_micros AS inputPriceMicros,
  output_price_micros AS outputPriceMicros, models, features, slots, failed_jobs AS failedJobs,
  created_ms AS createdMs, heartbeat_ms AS heartbeatMs, gpu_utilization AS gpuUtilization`;

function hostOf({ inputPriceMicros, outputPriceMicros, models, features, ...row }: HostRow) {
  return {
    ...row,
    price: { inputMicros: inputPriceMicros, outputMicros: outputPriceMicros },
    models: (JSON.parse(models) as (HostModel & Partial<HostedModel>)[]).map(hostedOf),
    features: JSON.parse(features) as HostFeature[],
  };
}

/** Rows of before say nothing of absence: they have what was there. */
function hostedOf({ absentSinceMs = null, ...model }: HostModel & Partial<HostedModel>) {
  return { ...model, absentSinceMs };
}
