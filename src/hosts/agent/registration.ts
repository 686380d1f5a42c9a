import { Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import type { Clock } from '../../lib/clock';
import { Fault } from '../../lib/fault';
import type { HostBackend, HostFeature, HostModel } from '../types';
import { callServer } from './http-call';
import { modelJson } from './http-port';

export interface Registration {
  gpu: string;
  models: HostModel[];
  backend: HostBackend;
  features: HostFeature[];
  slots: number;
  /** USD. */
  pricePerToken: number;
  pricePerPromptToken: number;
  /** Empty for none: then an admin has to approve the host. */
  joinToken: string;
}

export interface Registered {
  hostId: string;
  key: string;
  status: string;
}

const TIMEOUT_MS = 15_000;

const ANSWER = Type.Object({
  host_id: Type.String({ minLength: 1 }),
  api_key: Type.String({ minLength: 1 }),
  status: Type.String(),
});

/** Throws the server's Fault, and Fault `unavailable` when it is away. */
export async function registerHost(
  clock: Clock,
  server: string,
  registration: Registration,
): Promise<Registered> {
  const { gpu, models, backend, features, slots, joinToken } = registration;
  const answer = await callServer(clock, {
    url: `${server}/hosts/register`,
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({
      gpu,
      models: models.map(modelJson),
      backend,
      features,
      slots,
      price_per_token: registration.pricePerToken,
      price_per_prompt_token: registration.pricePerPromptToken,
      ...(joinToken === '' ? {} : { join_token: joinToken }),
    }),
    timeoutMs: TIMEOUT_MS,
  });
  if (!Value.Check(ANSWER, answer)) {
    throw new Fault('not_configured', `${server} is no server of an inference pool`);
  }
  return { hostId: answer.host_id, key: answer.api_key, status: answer.status };
}
