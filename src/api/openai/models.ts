import type { Inference, ModelAlias, PoolModel } from '../../hosts/types';
import { Fault } from '../../lib/fault';
import { secondsOf } from './present';
import { researchModels } from './research-chat';

/** When the first version that had it was made. */
const RESEARCH_CREATED_MS = Date.UTC(2025, 10, 1);
const NAMED_MAX = 20;

/** All that a request may name: the models of the pool, their aliases, and research. */
export function modelList(inference: Pick<Inference, 'models' | 'aliases'>) {
  const pool = inference.models();
  const data = [
    ...pool.map(poolModel),
    ...inference.aliases().map((alias) => aliasModel(alias, pool)),
    ...researchModels.map((name) => model(name, RESEARCH_CREATED_MS, 'sonde')),
  ];
  return { object: 'list', data };
}

/** Throws Fault `not_found` that names those which there are. */
export function modelById(inference: Pick<Inference, 'models' | 'aliases'>, id: string) {
  const { data } = modelList(inference);
  const found = data.find((one) => one.id === id);
  if (found) return found;
  const names = data.slice(0, NAMED_MAX).map((one) => one.id);
  throw new Fault(
    'not_found',
    `there is no model "${id.slice(0, 80)}": there are ${names.join(', ')}`,
    { field: 'model' },
  );
}

function model(id: string, createdMs: number, ownedBy: 'pool' | 'sonde') {
  return { id, object: 'model', created: secondsOf(createdMs), owned_by: ownedBy };
}

function poolModel({ name, createdMs, availableHosts, maxTokens, features }: PoolModel) {
  return {
    ...model(name, createdMs, 'pool'),
    max_tokens: maxTokens,
    available_hosts: availableHosts,
    features,
  };
}

function aliasModel({ name, models }: ModelAlias, pool: PoolModel[]) {
  const known = pool.filter((one) => models.includes(one.name));
  const createdMs = Math.min(...known.map((one) => one.createdMs));
  return { ...model(name, known.length === 0 ? 0 : createdMs, 'pool'), models };
}
