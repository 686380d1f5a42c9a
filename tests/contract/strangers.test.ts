import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { cleanUp } from '../support/cleanup';
import type { Answer } from '../support/client';
import { callerOf, NOBODY, openWorld, type Role, type World } from '../support/contract-world';
import {
  bodySchemaOf,
  type Description,
  type NamedOperation,
  operationsOf,
  sampleOf,
  shapeOf,
} from '../support/openapi';

afterAll(cleanUp);

const MIB = 1_048_576;
/** Who has nothing of what somebody has. */
const STRANGER: Partial<Record<Role, Role>> = {
  ada: 'bob',
  adaKey: 'bobKey',
};
/** What never leaves the process: stacks, places of files, statements. */
const INSIDES =
  /\bat \S+ \(|:\d+:\d+\)|\.tsx?\b|node_modules|\/(?:src|tmp|home|root|work|usr|proc|\$bunfs)\/|\b(?:SELECT|INSERT|UPDATE|DELETE) [\w*]+ ?(?:FROM|INTO|SET|,)|SQLITE|constraint failed/i;

let world: World;
let ours: Description;
/** Of the whole table of routes, as the server describes it. */
let operations: NamedOperation[];
/** Every refusal of this file. */
const refusals: { operation: NamedOperation; request: string; answer: Answer }[] = [];

beforeAll(async () => {
  world = await openWorld();
  ours = (await world.clients.nobody.get('/api/openapi.json')).json;
  operations = operationsOf(ours);
});

interface Request {
  as?: Role;
  id?: string;
  query?: string;
  body?: unknown;
}

/** As whoever may call it, unless it says otherwise. */
async function call(operation: NamedOperation, request: Request = {}): Promise<Answer> {
  const { as = callerOf(operation), id = NOBODY, query, body } = request;
  const path = operation.path.replace('{id}', id) + (query ? `?${query}` : '');
  const answer = asOurs(operation, await world.clients[as].send(operation.method, path, body));
  if (answer.status >= 400) {
    const request = `${operation.method} ${path.slice(0, 200)} as ${as}`;
    refusals.push({ operation, request, answer });
  }
  return answer;
}

const isOpenAi = ({ path }: NamedOperation) =>
  /^\/v1\/(?:chat|completions|embeddings|models)\b/.test(path);

/** That dialect refuses in an envelope and with words of its own; what is refused is the same. */
function asOurs(operation: NamedOperation, answer: Answer): Answer {
  if (!isOpenAi(operation) || answer.status < 400) return answer;
  const codes: Record<string, string> = {
    invalid_api_key: 'unauthenticated',
    invalid_value: 'invalid_request',
  };
  const { code, param: field } = answer.json.error;
  return { ...answer, json: { status: answer.status, code: codes[code] ?? code, field } };
}

const isAdmins = ({ path }: NamedOperation) => /^(?:\/api)?\/admin\//.test(path);
/** An alias is a name that an admin gives: there is none that is not there. */
const hasId = ({ path }: NamedOperation) => path.includes('{id}') && path !== '/admin/models/{id}';
/** What hosts send: fields that are not known are passed over there, for newer hosts. */
const isHosts = ({ security }: NamedOperation) =>
  security !== undefined && 'host_key' in security[0]!;
const withBody = () => operations.filter((operation) => bodySchemaOf(operation));
/** Other dialects take keys and tokens alike. */
const isOfAnotherDialect = ({ path }: NamedOperation) => !/^\/(?:v1|api)\//.test(path);
/** research2llm says 422 where the others say 400: it has tests of its own. */
const withOwnBody = () =>
  withBody().filter(
    (operation) => !/^\/(?:jobs|files|me)\b/.test(operation.path) && !isHosts(operation),
  );

/** What Ada has, by the beginning of the paths that show it. */
function resourceOf({ path }: NamedOperation, keyId: string): string {
  const resources: Record<string, string> = {
    '/v1/research/': world.jobId,
    '/jobs/': world.jobId,
    '/hosts/jobs/': world.jobId,
    '/admin/hosts/': world.hostId,
    '/admin/models/': 'alias',
    '/admin/users/': world.users.ada.id,
    '/files/': `${world.jobId}-1`,
    '/me/keys/': keyId,
    '/api/playground/research/': world.jobId,
    '/v1/library/': world.documentId,
    '/v1/models/': NOBODY,
    '/api/keys/': keyId,
    '/api/admin/users/': world.users.ada.id,
    '/api/admin/jobs/': world.jobId,
    '/api/admin/tickets/': world.ticketId,
    '/api/admin/stripe-events/': NOBODY,
  };
  const found = Object.entries(resources).find(([beginning]) => path.startsWith(beginning));
  if (!found) throw new Error(`no resource of ${path} is known: add one`);
  return found[1];
}

/** What a query cannot do without. */
function requiredIn({ parameters = [] }: NamedOperation): string {
  const required = parameters.filter((parameter) => parameter.in === 'query' && parameter.required);
  return required.map(({ name }) => `${name}=text`).join('&');
}

/** All that is not as wanted, so that a failure names every route at once. */
async function failuresOf(
  some: NamedOperation[],
  check: (operation: NamedOperation) => Promise<unknown>,
  wanted: unknown,
): Promise<void> {
  expect(some.length).toBeGreaterThan(0);
  const failures: unknown[] = [];
  for (const operation of some) {
    const found = await check(operation);
    if (!Bun.deepEquals(found, wanted)) failures.push({ route: operation.name, found });
  }
  expect(failures).toEqual([]);
}

describe('what a user may not see is not there', () => {
  const withoutId = ({ status, text }: Answer, id: string) => ({
    status,
    text: text.replaceAll(id, ''),
  });

  test("another user's id is answered as one that nothing has", async () => {
    const keyId = await world.makeKey();
    await failuresOf(
      // A host is told whether its lease is over or the job was never there: its own tests say so.
      operations.filter((one) => hasId(one) && !isAdmins(one) && !isHosts(one)),
      async (operation) => {
        const as = STRANGER[callerOf(operation)] ?? 'bobKey';
        const id = resourceOf(operation, keyId);
        const [stranger, nothing] = [
          await call(operation, { as, id }),
          await call(operation, { as, id: NOBODY }),
        ];
        return {
          status: stranger.status,
          isTheSame: Bun.deepEquals(withoutId(stranger, id), withoutId(nothing, NOBODY)),
        };
      },
      { status: 404, isTheSame: true },
    );
  });

  test('and nobody has touched it', async () => {
    expect((await world.clients.adaKey.get(`/v1/library/${world.documentId}`)).status).toBe(200);
    expect((await world.clients.adaKey.get(`/v1/research/${world.jobId}`)).status).toBe(200);
    expect((await world.clients.ada.get('/api/keys')).json).toHaveLength(2);
  });

  test.each([
    'no-uuid',
    '0',
    '%00',
    "1'%20OR%20'1'='1",
    '%F0%9F%A6%86',
    `${NOBODY}0`,
    'a'.repeat(4_000),
  ])('what is no id is not found: %s', async (id) => {
    await failuresOf(
      operations.filter(hasId),
      async (operation) => {
        const body = bodySchemaOf(operation);
        return (await call(operation, { id, ...(body ? { body: sampleOf(body, ours) } : {}) }))
          .status;
      },
      404,
    );
  });
});

describe('who asks is known first', () => {
  const guarded = () => operations.filter(({ security }) => security);

  test('without credentials every route that wants them is 401', async () => {
    await failuresOf(
      guarded(),
      async (operation) => {
        const { status, headers, json } = await call(operation, { as: 'nobody' });
        return [status, json?.code, headers.has('www-authenticate')];
      },
      [401, 'unauthenticated', true],
    );
  });

  test('and no other route is without them but these', () => {
    const open = operations.filter(({ security }) => !security).map(({ name }) => name);
    expect(open.toSorted()).toEqual([
      'GET /',
      'GET /api/auth/verify-email',
      'GET /api/billing/plans',
      'GET /health',
      'GET /hosts',
      'GET /metrics',
      'GET /models',
      'POST /api/auth/forgot-password',
      'POST /api/auth/login',
      'POST /api/auth/logout',
      'POST /api/auth/refresh',
      'POST /api/auth/reset-password',
      'POST /api/auth/signup',
      'POST /hosts/register',
      'POST /users',
    ]);
  });

  test("a user's token is no API key, and a key is no user", async () => {
    await failuresOf(
      guarded().filter((operation) => !isAdmins(operation) && !isOfAnotherDialect(operation)),
      async (operation) => {
        const as = callerOf(operation) === 'adaKey' ? 'ada' : 'adaKey';
        return (await call(operation, { as })).status;
      },
      401,
    );
  });

  test.each(['ada', 'adaKey', 'adminKey'] as const)(
    'to %s every admin route is 403',
    async (as) => {
      await failuresOf(
        operations.filter(isAdmins),
        async (operation) => {
          const { status, json } = await call(operation, { as });
          return [status, json?.code];
        },
        [403, 'forbidden'],
      );
    },
  );

  test('no stranger can send a body to a route that wants to know who asks', async () => {
    const body = `{"padding":"${'x'.repeat(MIB)}"}`;
    await failuresOf(
      guarded().filter((operation) => bodySchemaOf(operation)),
      async (operation) => (await call(operation, { as: 'nobody', body })).status,
      401,
    );
  });
});

describe('every body is read alike', () => {
  /** About things that are there, so that it is the body that is refused. */
  const send = (operation: NamedOperation, body: unknown) =>
    call(operation, { ...(hasId(operation) ? { id: resourceOf(operation, '') } : {}), body });

  const told = async (operation: NamedOperation, body: unknown) => {
    const { status, json } = await send(operation, body);
    return [status, json?.code];
  };

  test('an unknown field is refused by name', async () => {
    await failuresOf(
      withOwnBody(),
      async (operation) => {
        const sample = sampleOf(bodySchemaOf(operation)!, ours) as object;
        const { status, json } = await send(operation, { ...sample, surprise: 1 });
        return [status, json?.code, json?.field];
      },
      [400, 'invalid_request', 'surprise'],
    );
  });

  test('a field that is required is asked for by name', async () => {
    const wanting = withOwnBody().filter(
      (operation) => shapeOf(bodySchemaOf(operation)!, ours).required.size > 0,
    );
    await failuresOf(
      wanting,
      async (operation) => {
        const { required } = shapeOf(bodySchemaOf(operation)!, ours);
        const { status, json } = await send(operation, {});
        return [status, json?.code, required.has(json?.field)];
      },
      [400, 'invalid_request', true],
    );
  });

  test('over 1 MiB is too large', async () => {
    const body = `{"padding":"${'x'.repeat(MIB)}"}`;
    await failuresOf(withOwnBody(), (operation) => told(operation, body), [413, 'too_large']);
  });

  test.each([10_000, 400_000])('lists nested %d deep are refused', async (depth) => {
    const body = '['.repeat(depth) + ']'.repeat(depth);
    await failuresOf(withOwnBody(), (operation) => told(operation, body), [400, 'invalid_request']);
  });

  test('a deep value of a field is refused', async () => {
    const body = `{"surprise":${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}}`;
    await failuresOf(withOwnBody(), (operation) => told(operation, body), [400, 'invalid_request']);
  });

  test.each(['', '{', 'null', '[]', '"text"', '7', '{"__proto__":{"isAdmin":true}}'])(
    'what is no object with known fields is refused: %p',
    async (body) => {
      await failuresOf(withOwnBody(), (operation) => told(operation, body), [
        400,
        'invalid_request',
      ]);
    },
  );

  test('none at all is refused', async () => {
    await failuresOf(withOwnBody(), (operation) => told(operation, undefined), [
      400,
      'invalid_request',
    ]);
  });
});

test('what a query says beside what is known is ignored', async () => {
  const asking = operations.filter(
    ({ method, path }) => method === 'GET' && !path.endsWith('/events'),
  );
  await failuresOf(
    asking,
    async (operation) => {
      const id = hasId(operation) ? resourceOf(operation, '') : NOBODY;
      const known = requiredIn(operation);
      const [plain, more] = [
        await call(operation, { id, query: known }),
        await call(operation, { id, query: `${known}&surprise=1` }),
      ];
      return more.status === plain.status && more.json?.field !== 'surprise';
    },
    true,
  );
});

describe('every page is asked for alike', () => {
  const taking = (name: string) =>
    operations.filter(({ parameters }) => parameters?.some((parameter) => parameter.name === name));

  const refused = async (operation: NamedOperation, name: string, value: string) => {
    const id = hasId(operation) ? resourceOf(operation, '') : NOBODY;
    const others = `&${requiredIn(operation)}`;
    const { status, json } = await call(operation, { id, query: `${name}=${value}${others}` });
    return [status, json?.field];
  };

  test.each(['0', '-1', '1.5', 'x', '', '1e9', '99999999999999999999', 'NaN'])(
    'limit=%s is refused by name',
    async (value) => {
      await failuresOf(taking('limit'), (operation) => refused(operation, 'limit', value), [
        400,
        'limit',
      ]);
    },
  );

  test.each(['-1', '0.5', 'x', '', '1e9', '99999999999999999999', 'Infinity'])(
    'offset=%s is refused by name',
    async (value) => {
      await failuresOf(taking('offset'), (operation) => refused(operation, 'offset', value), [
        400,
        'offset',
      ]);
    },
  );

  test.each(['limit', 'offset'])(
    '%s goes to where its description says, and no further',
    async (name) => {
      await failuresOf(
        taking(name),
        async (operation) => {
          const { schema } = operation.parameters!.find((parameter) => parameter.name === name)!;
          const { maximum } = schema as { maximum: number };
          const id = hasId(operation) ? resourceOf(operation, '') : NOBODY;
          const others = `&${requiredIn(operation)}`;
          const last = await call(operation, { id, query: `${name}=${maximum}${others}` });
          return [last.status, ...(await refused(operation, name, String(maximum + 1)))];
        },
        [200, 400, name],
      );
    },
  );
});

describe('a refusal', () => {
  test('is a problem, described, and shows nothing of the inside', () => {
    expect(refusals.length).toBeGreaterThan(500);
    for (const { operation, request, answer } of refusals) {
      const { status } = answer;
      const isDescribed = String(status) in operation.responses;
      expect({ request, status, isDescribed }).toEqual({ request, status, isDescribed: true });
      const type = answer.headers.get('content-type');
      const wanted = isOpenAi(operation)
        ? 'application/json;charset=utf-8'
        : 'application/problem+json';
      expect({ request, type }).toEqual({ request, type: wanted });
      expect({ request, status: answer.json.status }).toEqual({ request, status });
      expect({ request, insides: INSIDES.exec(answer.text)?.[0] }).toEqual({
        request,
        insides: undefined,
      });
    }
  });

  test('is never our own failure', () => {
    expect(refusals.filter(({ answer }) => answer.status >= 500)).toEqual([]);
    expect(world.server.log()).not.toContain('internal_error');
  });
});
