import { Database } from 'bun:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import Ajv, { type ValidateFunction } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { cleanUp } from '../support/cleanup';
import type { Answer } from '../support/client';
import { contract } from '../support/contract';
import {
  callerOf,
  NOBODY,
  openWorld,
  type Role,
  TURBINES,
  type World,
} from '../support/contract-world';
import {
  bodySchemaOf,
  type Description,
  operationsOf,
  type Schema,
  sampleOf,
  shapeOf,
} from '../support/openapi';

afterAll(cleanUp);

interface Request {
  id?: string;
  query?: string;
  body?: unknown;
  headers?: Record<string, string>;
}

interface Scenario {
  operation: string;
  /** What is special about it; nothing, for an ordinary success. */
  name?: string;
  /** Whoever the description names, unless it says otherwise. */
  as?: Role;
  request?: (world: World) => Request | Promise<Request>;
  status: number;
}

/** Statuses of the contract that no request of ours can bring about. */
const UNREACHABLE: Record<string, string> = {
  'POST /api/admin/stripe-events/{id}/replay → 200': 'nothing handles events without Stripe',
  'POST /api/billing/checkout → 200': 'needs Stripe',
  'POST /api/billing/portal → 200': 'needs Stripe',
  'POST /api/billing/portal → 400': 'without Stripe it is told first that it is not configured',
};

const STRONG = 'seven lean cows';
const typedSchema = {
  type: 'object',
  properties: { turbines: { type: 'integer', description: 'number of turbines of the plant' } },
  required: ['turbines'],
};
const impossibleSchema = {
  type: 'object',
  properties: { submarine_captain_email: { type: 'string', format: 'email' } },
  required: ['submarine_captain_email'],
};

const body = (value: unknown) => () => ({ body: value });
const signup = (email: string, password = STRONG) => body({ email, password });
const refreshToken = async ({ clients, users, password }: World) => {
  const login = { email: users.bob.email, password };
  const { json } = await clients.nobody.post('/api/auth/login', login);
  return { body: { refresh_token: json.refresh_token as string } };
};
const job = (world: World) => ({ id: world.jobId });
const ticket = (world: World) => ({ id: world.ticketId });
const bob = (world: World) => ({ id: world.users.bob.id });
const page = (query: string) => () => ({ query });

/** Research is the same by API key and for a user who is signed in. */
const research = (path: string): Scenario[] => [
  { operation: `POST ${path}`, request: body({ question: TURBINES }), status: 200 },
  {
    operation: `POST ${path}`,
    name: 'with a typed answer',
    request: body({ question: TURBINES, mode: 'lite', response_schema: typedSchema }),
    status: 200,
  },
  {
    operation: `POST ${path}`,
    name: 'with a typed answer that nothing supports',
    request: body({ question: TURBINES, mode: 'lite', response_schema: impossibleSchema }),
    status: 200,
  },
  {
    operation: `POST ${path}`,
    name: 'with everything that may be null',
    request: body({
      question: TURBINES,
      mode: 'lite',
      async: false,
      include_sources: false,
      max_credits: null,
      max_wallclock_secs: null,
      webhook_url: null,
    }),
    status: 200,
  },
  {
    operation: `POST ${path}`,
    name: 'asynchronously',
    request: body({ question: TURBINES, async: true }),
    status: 202,
  },
  { operation: `POST ${path}`, name: 'no question', request: body({}), status: 400 },
  {
    operation: `POST ${path}`,
    name: 'max without a cap',
    request: body({ question: TURBINES, mode: 'max' }),
    status: 400,
  },
  {
    operation: `POST ${path}`,
    name: 'more than there is',
    request: body({ question: TURBINES, mode: 'max', max_credits: 999_999 }),
    status: 402,
  },
  { operation: `GET ${path}/{id}`, request: job, status: 200 },
  {
    operation: `GET ${path}/{id}`,
    name: 'while it runs',
    request: async (world) => ({ id: await world.startJob() }),
    status: 200,
  },
];

const auth: Scenario[] = [
  { operation: 'POST /api/auth/signup', request: signup('new@example.com'), status: 200 },
  {
    operation: 'POST /api/auth/signup',
    name: 'with names, one of them null',
    request: body({
      email: 'eve@example.com',
      password: STRONG,
      first_name: 'Eve',
      last_name: null,
    }),
    status: 200,
  },
  {
    operation: 'POST /api/auth/signup',
    name: 'a short password',
    request: signup('short@example.com', 'short'),
    status: 400,
  },
  {
    operation: 'POST /api/auth/signup',
    name: 'no address',
    request: signup('nobody'),
    status: 400,
  },
  {
    operation: 'POST /api/auth/signup',
    name: 'a known address',
    request: signup('new@example.com'),
    status: 409,
  },
  {
    operation: 'POST /api/auth/login',
    request: ({ users, password }) => ({ body: { email: users.bob.email, password } }),
    status: 200,
  },
  {
    operation: 'POST /api/auth/login',
    name: 'a wrong password',
    request: ({ users }) => ({ body: { email: users.bob.email, password: 'wrong' } }),
    status: 401,
  },
  { operation: 'POST /api/auth/refresh', request: refreshToken, status: 200 },
  {
    operation: 'POST /api/auth/refresh',
    name: 'an unknown token',
    request: body({ refresh_token: 'unknown' }),
    status: 401,
  },
  { operation: 'POST /api/auth/logout', request: refreshToken, status: 200 },
  { operation: 'GET /api/auth/me', status: 200 },
  {
    operation: 'GET /api/auth/verify-email',
    request: async (world) => ({ query: `token=${await world.mailedToken('new@example.com')}` }),
    status: 302,
  },
  {
    operation: 'GET /api/auth/verify-email',
    name: 'an unknown token',
    request: page('token=unknown'),
    status: 400,
  },
  {
    operation: 'POST /api/auth/forgot-password',
    request: body({ email: 'eve@example.com' }),
    status: 200,
  },
  {
    operation: 'POST /api/auth/forgot-password',
    name: 'an unknown address',
    request: body({ email: 'stranger@example.com' }),
    status: 200,
  },
  {
    operation: 'POST /api/auth/reset-password',
    request: async (world) => {
      await world.clients.nobody.post('/api/auth/forgot-password', { email: 'eve@example.com' });
      const token = await world.mailedToken('eve@example.com');
      return { body: { token, password: 'eleven lean cows' } };
    },
    status: 200,
  },
  {
    operation: 'POST /api/auth/reset-password',
    name: 'an unknown token',
    request: body({ token: 'unknown', password: STRONG }),
    status: 400,
  },
];

const account: Scenario[] = [
  {
    operation: 'PUT /api/settings/profile',
    request: body({ first_name: 'Ada', last_name: 'Lovelace' }),
    status: 200,
  },
  { operation: 'PUT /api/settings/marketing', request: body({ enabled: true }), status: 200 },
  {
    operation: 'PUT /api/settings/password',
    name: 'too short',
    request: ({ password }) => ({
      body: { current_password: password, new_password: 'short' },
    }),
    status: 400,
  },
  {
    operation: 'PUT /api/settings/password',
    name: 'the current one is wrong',
    request: body({ current_password: 'wrong', new_password: STRONG }),
    status: 401,
  },
  {
    // It ends every session of the user, so it is one that nobody else is.
    operation: 'PUT /api/settings/password',
    as: 'bob',
    request: ({ password }) => ({ body: { current_password: password, new_password: STRONG } }),
    status: 200,
  },
  { operation: 'GET /api/keys', status: 200 },
  { operation: 'POST /api/keys', request: body({}), status: 200 },
  { operation: 'POST /api/keys', name: 'named', request: body({ name: 'mine' }), status: 200 },
  {
    operation: 'POST /api/keys',
    name: 'bound',
    request: body({
      name: null,
      expires_at: '2999-01-01T00:00:00Z',
      spend_cap_credits: 100,
      ip_allowlist: ['127.0.0.0/8'],
    }),
    status: 200,
  },
  {
    operation: 'POST /api/keys/{id}/reset',
    request: async (world) => ({ id: await world.makeKey() }),
    status: 200,
  },
  {
    operation: 'DELETE /api/keys/{id}',
    request: async (world) => ({ id: await world.makeKey() }),
    status: 200,
  },
  { operation: 'GET /api/credits/balance', status: 200 },
  { operation: 'GET /v1/credits', status: 200 },
  { operation: 'GET /api/dashboard/recent', status: 200 },
  { operation: 'GET /api/dashboard/usage', status: 200 },
  {
    operation: 'GET /api/dashboard/usage',
    name: 'of a range',
    request: page('from=2026-01-01T00:00:00Z&to=2026-01-31T23:59:59%2B02:00'),
    status: 200,
  },
  { operation: 'GET /api/logs', status: 200 },
  {
    operation: 'GET /api/logs',
    name: 'anonymized, a page of it',
    request: page('limit=2&offset=1&anonymize=true'),
    status: 200,
  },
  {
    operation: 'POST /api/support',
    request: body({ category: 'billing', subject: 'A question', body: 'How much?' }),
    status: 200,
  },
  {
    operation: 'POST /api/support',
    name: 'an unknown category',
    request: body({ category: 'praise', subject: 'Thanks', body: 'It works.' }),
    status: 400,
  },
  { operation: 'GET /api/billing/plans', status: 200 },
  { operation: 'GET /api/billing/packs', status: 200 },
  { operation: 'GET /api/billing/payment-history', status: 200 },
  { operation: 'POST /api/billing/portal', name: 'without Stripe', status: 500 },
  {
    operation: 'POST /api/billing/checkout',
    name: 'without Stripe',
    request: async ({ clients }) => {
      const [pack] = (await clients.ada.get('/api/billing/packs')).json;
      return { body: { pack_id: pack.id } };
    },
    status: 500,
  },
  {
    operation: 'POST /api/billing/checkout',
    name: 'an unknown pack',
    request: body({ pack_id: 'unknown' }),
    status: 400,
  },
  {
    operation: 'PUT /api/billing/auto-topup',
    request: async ({ clients }) => {
      const [pack] = (await clients.ada.get('/api/billing/packs')).json;
      return { body: { enabled: false, threshold_credits: 10, pack_id: pack.id } };
    },
    status: 200,
  },
  {
    operation: 'PUT /api/billing/auto-topup',
    name: 'an unknown pack',
    request: body({ enabled: false, threshold_credits: 10, pack_id: 'unknown' }),
    status: 400,
  },
  { operation: 'GET /v1/research', status: 200 },
  {
    operation: 'GET /v1/research',
    name: 'a page of a status',
    request: page('status=completed&limit=1&offset=1'),
    status: 200,
  },
  {
    operation: 'DELETE /v1/research/{id}',
    request: async (world) => ({ id: await world.startJob() }),
    status: 200,
  },
];

const admin: Scenario[] = [
  { operation: 'GET /api/admin/users', request: page('q=example&limit=2&offset=1'), status: 200 },
  { operation: 'GET /api/admin/users/{id}', request: bob, status: 200 },
  {
    operation: 'GET /api/admin/users/{id}/jobs',
    request: ({ users }) => ({ id: users.ada.id }),
    status: 200,
  },
  {
    operation: 'POST /api/admin/users/{id}/credits',
    request: (world) => ({ ...bob(world), body: { delta_credits: 5, note: 'A gift' } }),
    status: 200,
  },
  {
    operation: 'POST /api/admin/users/{id}/credits',
    name: 'under a key',
    request: (world) => ({
      ...bob(world),
      body: { delta_credits: -2, note: 'A mistake', idempotency_key: 'mistake' },
    }),
    status: 200,
  },
  {
    operation: 'POST /api/admin/users/{id}/credits',
    name: 'nothing',
    request: (world) => ({ ...bob(world), body: { delta_credits: 0, note: 'Nothing' } }),
    status: 400,
  },
  {
    operation: 'GET /api/admin/users/{id}/ledger',
    request: ({ users }) => ({ id: users.ada.id }),
    status: 200,
  },
  { operation: 'POST /api/admin/users/{id}/suspend', request: bob, status: 200 },
  {
    operation: 'GET /api/admin/users/{id}',
    name: 'one who is suspended',
    request: bob,
    status: 200,
  },
  { operation: 'POST /api/admin/users/{id}/unsuspend', request: bob, status: 200 },
  { operation: 'GET /api/admin/jobs', status: 200 },
  {
    operation: 'GET /api/admin/jobs',
    name: 'of a user and a status',
    request: ({ users }) => ({ query: `user_email=${users.ada.email}&status=completed` }),
    status: 200,
  },
  { operation: 'GET /api/admin/jobs/{id}', request: job, status: 200 },
  {
    operation: 'POST /api/admin/jobs/{id}/refund',
    name: 'more than was charged',
    request: (world) => ({ ...job(world), body: { credits: 1_000_000, note: 'Too much' } }),
    status: 400,
  },
  {
    operation: 'POST /api/admin/jobs/{id}/refund',
    request: (world) => ({ ...job(world), body: { credits: 1, note: 'A trifle' } }),
    status: 200,
  },
  { operation: 'GET /api/admin/stats', status: 200 },
  {
    operation: 'GET /api/admin/tickets',
    request: page('status=open&category=bug'),
    status: 200,
  },
  {
    operation: 'POST /api/admin/tickets/{id}/reply',
    request: (world) => ({ ...ticket(world), body: { body: 'We look.', send_email: true } }),
    status: 200,
  },
  {
    operation: 'POST /api/admin/tickets/{id}/reply',
    name: 'nothing',
    request: (world) => ({ ...ticket(world), body: { body: ' ', send_email: false } }),
    status: 400,
  },
  { operation: 'GET /api/admin/tickets/{id}', request: ticket, status: 200 },
  { operation: 'POST /api/admin/tickets/{id}/close', request: ticket, status: 200 },
  { operation: 'POST /api/admin/tickets/{id}/reopen', request: ticket, status: 200 },
  { operation: 'GET /api/admin/stripe-events', status: 200 },
  {
    operation: 'POST /api/admin/stripe-events/{id}/replay',
    name: 'one that nothing handles',
    request: () => ({ id: 'evt_1' }),
    status: 404,
  },
];

const operations = new Map(operationsOf(contract).map((operation) => [operation.name, operation]));

/** The refusals that follow from who asks and about what: the success's own request, otherwise. */
const refusals: Scenario[] = [...operations.values()].flatMap((operation) => {
  const { name, path, responses, security } = operation;
  const refused = (status: number, change: Partial<Scenario> & { name: string }): Scenario[] =>
    String(status) in responses ? [{ operation: name, status, ...change }] : [];
  const schema = bodySchemaOf(operation);
  const about = schema ? { body: sampleOf(schema, contract) } : {};
  return [
    ...(security
      ? refused(401, {
          name: 'nobody asks',
          as: 'nobody',
          request: () => ({ ...about, id: NOBODY }),
        })
      : []),
    ...refused(403, { name: 'a user asks', as: 'ada', request: () => ({ ...about, id: NOBODY }) }),
    ...(path.includes('{id}')
      ? refused(404, { name: 'nothing has the id', request: () => ({ ...about, id: NOBODY }) })
      : []),
  ];
});

const scenarios: Scenario[] = [
  ...auth,
  ...research('/v1/research'),
  ...research('/api/playground/research'),
  ...account,
  ...admin,
  ...refusals,
];

let world: World;
let ours: Description;

beforeAll(async () => {
  world = await openWorld();
  ours = (await world.clients.nobody.get('/api/openapi.json')).json;
  // Stripe sends them, and nothing else can.
  const database = new Database(join(world.server.data, 'sonde.db'));
  database.run(
    "INSERT INTO stripe_event (id, event_type, body, received_ms) VALUES ('evt_1', 'ping', '{}', 1)",
  );
  database.close();
});

const ajv = new Ajv({ strict: false, allErrors: true });
addFormats(ajv);

/** Without references; of a closed one, objects have the fields that are described and no others. */
function plainSchema(schema: Schema, description: Description, isClosed: boolean): object {
  const { types, format, minimum, items, required, properties, ...shape } = shapeOf(
    schema,
    description,
  );
  const inner = (part: Schema) => plainSchema(part, description, isClosed);
  return {
    ...(types.length > 0 ? { type: types } : {}),
    ...(format ? { format } : {}),
    ...(minimum === undefined ? {} : { minimum }),
    ...(shape.enum ? { enum: shape.enum } : {}),
    ...(items ? { items: inner(items) } : {}),
    ...(properties.size === 0
      ? {}
      : {
          properties: Object.fromEntries(
            [...properties].map(([name, part]) => [name, inner(part)]),
          ),
          required: [...required],
          ...(isClosed ? { additionalProperties: false } : {}),
        }),
  };
}

const validators = new Map<string, ValidateFunction>();

/** What is wrong with an answer by one of the descriptions. */
function complaints(
  description: Description,
  { operation: name, status }: Scenario,
  answer: Answer,
): unknown[] {
  const operation = operationsOf(description).find((known) => known.name === name)!;
  const type = answer.headers.get('content-type')?.split(';')[0] ?? '';
  const schema = operation.responses[String(status)]?.content?.[type]?.schema;
  if (!schema) return answer.text === '' ? [] : [`a body of ${type} that is not described`];
  const key = `${name} ${status} ${description === contract}`;
  const validate =
    validators.get(key) ?? ajv.compile(plainSchema(schema, description, description !== contract));
  validators.set(key, validate);
  return validate(answer.json) ? [] : (validate.errors ?? []);
}

describe('every answer is as the contract says, and as we say', () => {
  const named = scenarios.map((scenario) => {
    const { operation, name, status } = scenario;
    return [`${operation}${name ? `, ${name}` : ''} → ${status}`, scenario] as const;
  });

  test.each(named)('%s', async (_name, scenario) => {
    const operation = operations.get(scenario.operation)!;
    const client = world.clients[scenario.as ?? callerOf(operation)];
    const { id = NOBODY, query, body, headers } = (await scenario.request?.(world)) ?? {};
    const path = operation.path.replace('{id}', id) + (query ? `?${query}` : '');
    const answer = await client.send(operation.method, path, body, headers);
    expect([answer.status, answer.text]).toEqual([scenario.status, answer.text]);
    if (scenario.status < 400) expect(complaints(contract, scenario, answer)).toEqual([]);
    expect(complaints(ours, scenario, answer)).toEqual([]);
  });
});

test('every answer that the contract documents was had, or cannot be', () => {
  const had = new Set(scenarios.map(({ operation, status }) => `${operation} → ${status}`));
  const documented = [...operations.values()].flatMap(({ name, responses }) =>
    Object.keys(responses).map((status) => `${name} → ${status}`),
  );
  expect(documented.filter((answer) => !had.has(answer))).toEqual(Object.keys(UNREACHABLE));
});

test('no request failed for a reason of our own', () => {
  expect(world.server.log()).not.toContain('internal_error');
});
