import type { Static } from '@sinclair/typebox';
import { Elysia } from 'elysia';
import type { HostRegistry, NewHost } from '../../hosts/types';
import { readJson } from '../../http/body';
import { type CallerDeps, callerGate } from '../../http/caller';
import type { Asked } from '../../http/gate';
import { takeAllowance } from '../../http/limits';
import { hostPrincipalOf, schemeOf } from '../../http/principal';
import { validator } from '../../http/validate';
import { callerAsking } from '../asker';
import { byHost, jsonBody } from './describe';
import { fieldsOf, MAX_TOKENS_DEFAULT, modelsOf, utilizationOf } from './host-input';
import { shownId } from './ids';
import { answers, HostRequest } from './schemas';

export interface HostRouteDeps extends CallerDeps {
  hosts: { registry: HostRegistry };
}

const checkedHost = validator(HostRequest);
const detail = { tags: ['hosts'] };
const guarded = { ...detail, security: byHost };
const problems = {
  400: ['Malformed'],
  401: ['No key of a host'],
  403: ['The key of another host'],
} as Record<number, [string]>;

/** How a host comes, lives and goes. */
export function hostRoutes(deps: HostRouteDeps) {
  const { registry } = deps.hosts;
  const callerOf = callerGate(deps);

  /** Credentials that are sent must be good; without any, a join token may speak for the host. */
  async function ownerOf(asked: Asked): Promise<string | null> {
    if (schemeOf(asked.request.headers) === undefined) return null;
    return callerAsking(await callerOf(asked)).userId;
  }

  return new Elysia({ name: 'infrintia.hosts', normalize: false })
    .post(
      '/hosts/register',
      async ({ request, server }) => {
        const userId = await ownerOf({ request, server });
        const body = checkedHost(await readJson(request));
        const joinToken = body.join_token ?? null;
        if (userId === null && joinToken === null)
          takeAllowance(deps.limiter, { request, server }, 'register a host');
        const { host, key } = await registry.register(newHost(body), { userId, joinToken });
        return Response.json(
          { host_id: shownId('host', host.id), status: host.state, api_key: key },
          { status: 201 },
        );
      },
      {
        parse: 'none',
        detail: {
          ...detail,
          operationId: 'register_host',
          summary: 'Register a host: with credentials or a join token it is active at once',
          requestBody: jsonBody('HostRequest'),
          responses: answers({
            201: ['The host, and its key', 'RegisteredHost'],
            400: ['Malformed, or an endpoint_url that may not be called'],
            401: ['Invalid key, token or password'],
            403: ['Bad join token, or the account is not active'],
            413: ['Too large'],
            429: ['Too many at once: see Retry-After'],
          }),
        },
      },
    )
    .post(
      '/hosts/heartbeat',
      async ({ request }) => {
        const host = hostPrincipalOf(request.headers, registry);
        const { gpu_utilization, available_models: named } = await fieldsOf(request, host);
        const models = named == null ? null : modelsOf(named, 'available_models', host.models);
        const gpuUtilization = utilizationOf(gpu_utilization);
        await registry.port(host.id).heartbeat({ gpuUtilization, models });
        const { state } = registry.get(host.id) ?? host;
        return { status: 'acknowledged', host_status: state };
      },
      {
        parse: 'none',
        detail: {
          ...guarded,
          operationId: 'host_heartbeat',
          summary: 'Say that the host lives; every 30 seconds',
          requestBody: jsonBody('HeartbeatRequest'),
          responses: answers({ 200: ['Heard', 'HeartbeatAnswer'], ...problems }),
        },
      },
    )
    .post(
      '/hosts/drain',
      async ({ request }) => {
        const host = hostPrincipalOf(request.headers, registry);
        await fieldsOf(request, host);
        await registry.port(host.id).drain();
        return { status: 'draining' };
      },
      {
        parse: 'none',
        detail: {
          ...guarded,
          operationId: 'host_drain',
          summary: 'Take no new jobs from now on',
          requestBody: jsonBody('HostNameRequest'),
          responses: answers({ 200: ['It gets none', 'Status'], ...problems }),
        },
      },
    );
}

function newHost(body: Static<typeof HostRequest>): NewHost {
  return {
    gpu: body.gpu,
    models: body.models.map((model) =>
      typeof model === 'string'
        ? { name: model, maxTokens: MAX_TOKENS_DEFAULT }
        : { name: model.name, maxTokens: model.max_tokens ?? MAX_TOKENS_DEFAULT },
    ),
    pricePerToken: body.price_per_token,
    pricePerPromptToken: body.price_per_prompt_token ?? 0,
    backend: body.backend,
    endpointUrl: body.endpoint_url ?? null,
    endpointKey: body.endpoint_key ?? '',
    features: [...new Set(body.features)],
    slots: body.slots ?? 1,
  };
}
