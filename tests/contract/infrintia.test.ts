import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import Ajv from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import type { Answer } from '../support/client';
import {
  framesOf,
  type InfrintiaWorld,
  LLAMA,
  lines,
  openInfrintia,
  PASSWORD,
} from '../support/infrintia-api';
import {
  bodySchemaOf,
  type Content,
  type Description,
  operationsOf,
  type Schema,
  shapeOf,
} from '../support/openapi';
import facts from './infrintia.json';

/** Has no named schemas. */
const contract = facts as unknown as Pick<Description, 'paths'> as Description;
const operations = operationsOf(contract);
const ajv = new Ajv({ strict: false });
addFormats(ajv);

let world: InfrintiaWorld;
let host: Awaited<ReturnType<InfrintiaWorld['addHost']>>;
let ana: Awaited<ReturnType<InfrintiaWorld['addMember']>>;
let admin: Awaited<ReturnType<InfrintiaWorld['addAdmin']>>;
/** A job of Ana's that is done. */
let jobId: string;
beforeAll(async () => {
  world = await openInfrintia();
  host = await world.addHost();
  ana = await world.addMember('ana');
  admin = await world.addAdmin();
  await host.post('/hosts/heartbeat', {});
  jobId = (await ana.key.post('/run/model', { model: LLAMA, input_text: 'Hi?' })).json.job_id;
  await host.post('/hosts/next-job', {});
  await host.post(`/hosts/jobs/${jobId}/tokens?fence=1`, lines(1, ['Hi', '!']));
  await host.post(`/hosts/jobs/${jobId}/complete`, { fence: 1, finish_reason: 'stop' });
});
afterAll(() => world.close());

const run = { model: LLAMA, input_text: 'Explain quantum computing.' };
const gpu = {
  gpu: 'NVIDIA A100 80GB',
  models: [LLAMA],
  price_per_token: 0.00012,
  backend: 'huggingface',
  endpoint_url: 'https://my-gpu-host.example.com/infer',
};
const alice = { username: 'alice', email: 'alice@example.com', password: PASSWORD };
const json = { accept: 'application/json' };

type Scenario = [operation: string, status: number, ask: () => Promise<Answer>];

const scenarios: Scenario[] = [
  ['GET /', 200, () => world.nobody.get('/', json)],
  ['GET /health', 200, () => world.nobody.get('/health')],
  ['GET /models', 200, () => world.nobody.get('/models')],
  ['GET /hosts', 200, () => world.nobody.get('/hosts')],
  ['GET /metrics', 200, () => world.nobody.get('/metrics', json)],
  ['POST /users', 201, () => world.nobody.post('/users', alice)],
  ['POST /users', 400, () => world.nobody.post('/users', {})],
  ['POST /users', 409, () => world.nobody.post('/users', alice)],
  ['GET /users/me', 200, () => ana.basic.get('/users/me')],
  ['GET /users/me', 401, () => world.nobody.get('/users/me')],
  ['POST /run/model', 202, () => ana.basic.post('/run/model', run)],
  [
    'POST /run/model',
    202,
    () => ana.key.post('/run/model', { ...run, max_tokens: 256, temperature: 0.7 }),
  ],
  ['POST /run/model', 400, () => ana.key.post('/run/model', { ...run, max_tokens: 4_097 })],
  ['POST /run/model', 401, () => world.nobody.post('/run/model', run)],
  ['POST /run/model', 404, () => ana.key.post('/run/model', { ...run, model: 'unknown' })],
  ['GET /jobs', 200, () => ana.key.get('/jobs?status=completed&limit=20&offset=0')],
  ['GET /jobs', 200, () => ana.basic.get('/jobs')],
  ['GET /jobs', 400, () => ana.key.get('/jobs?status=sleeping')],
  ['GET /jobs', 401, () => world.nobody.get('/jobs')],
  ['GET /jobs/{id}/stream', 200, () => ana.key.get(`/jobs/${jobId}/stream`)],
  ['GET /jobs/{id}/stream', 401, () => world.nobody.get(`/jobs/${jobId}/stream`)],
  ['GET /jobs/{id}/stream', 404, () => ana.key.get('/jobs/job_unknown/stream')],
  ['POST /hosts/register', 201, () => ana.basic.post('/hosts/register', gpu)],
  ['POST /hosts/register', 201, () => world.nobody.post('/hosts/register', gpu)],
  ['POST /hosts/register', 400, () => world.nobody.post('/hosts/register', {})],
  [
    'POST /hosts/heartbeat',
    200,
    () =>
      host.post('/hosts/heartbeat', {
        host_id: host.id,
        gpu_utilization: 0.45,
        available_models: [LLAMA],
      }),
  ],
  ['POST /hosts/heartbeat', 401, () => ana.key.post('/hosts/heartbeat', { host_id: host.id })],
  ['POST /hosts/next-job', 200, () => host.post('/hosts/next-job', { host_id: host.id })],
  [
    'POST /hosts/next-job',
    204,
    async () => (await world.addHost({ models: ['idle'] })).post('/hosts/next-job', {}),
  ],
  ['POST /hosts/next-job', 401, () => world.nobody.post('/hosts/next-job', { host_id: host.id })],
  ['GET /admin/users', 200, () => admin.token.get('/admin/users')],
  ['GET /admin/users', 401, () => world.nobody.get('/admin/users')],
  ['GET /admin/users', 403, () => ana.basic.get('/admin/users')],
  // Hosts that never gave a sign of life have no last one: this one did.
  ['GET /admin/hosts', 200, () => admin.basic.get('/admin/hosts?limit=1')],
  ['GET /admin/hosts', 401, () => world.nobody.get('/admin/hosts')],
  ['GET /admin/hosts', 403, () => ana.basic.get('/admin/hosts')],
];

describe('every operation answers as the contract says', () => {
  test.each(scenarios)('%s → %i', async (name, status, ask) => {
    const operation = operations.find((each) => each.name === name)!;
    const answer = await ask();
    expect({ status: answer.status, text: answer.status === status ? '' : answer.text }).toEqual({
      status,
      text: '',
    });
    if (status >= 400) {
      expect(answer.json).toMatchObject({ status, code: expect.any(String) });
      return;
    }
    const content = operation.responses[status]?.content ?? {};
    const [type = ''] = Object.keys(content);
    expect(answer.headers.get('content-type') ?? '').toStartWith(type);
    expectValid(content, answer);
  });

  test('and every status of the contract was met', () => {
    const met = new Set(scenarios.map(([name, status]) => `${name} ${status}`));
    const documented = operations.flatMap(({ name, responses }) =>
      Object.keys(responses).map((status) => `${name} ${status}`),
    );
    expect(documented.filter((each) => !met.has(each))).toEqual([]);
  });

  test('a stream is read as the contract shows it', async () => {
    const { text } = await ana.key.get(`/jobs/${jobId}/stream`);
    expect(framesOf(text).map(({ data }) => data)).toEqual([
      '{"token": "Hi"}',
      '{"token": "!"}',
      '[DONE]',
    ]);
  });
});

function expectValid(content: Content, { json }: Answer): void {
  const schema = content['application/json']?.schema;
  if (!schema) return;
  const isValid = ajv.compile(schema);
  expect({ json, errors: isValid(json) ? [] : isValid.errors }).toEqual({ json, errors: [] });
}

describe('the description', () => {
  let ours: Description;
  beforeAll(async () => {
    ours = await world.describe();
  });

  test('says all that the contract says', () => {
    expect(operations.flatMap((operation) => lacking(operation.name, operation))).toEqual([]);
  });

  test('of the contract with one more field lacks it', () => {
    const [first] = operationsOf(structuredClone(contract));
    const { schema } = first!.responses['200']!.content!['application/json']!;
    schema!.properties!.surprise = { type: 'string' };
    expect(lacking(first!.name, first!)).toEqual(['GET / → 200.surprise']);
  });

  function lacking(name: string, wanted: (typeof operations)[number]): string[] {
    const found = operationsOf(ours).find((each) => each.name === name);
    if (!found) return [name];
    const parameters = (wanted.parameters ?? [])
      .filter((each) => !found.parameters?.some((known) => known.name === each.name))
      .map((each) => `${name} ${each.name}`);
    const [body, ourBody] = [bodySchemaOf(wanted), bodySchemaOf(found)];
    const answers = Object.entries(wanted.responses).flatMap(([status, { content }]) => {
      const schema = content?.['application/json']?.schema;
      const ourSchema = found.responses[status]?.content?.['application/json']?.schema;
      if (!(status in found.responses)) return [`${name} → ${status}`];
      return schema ? missing(`${name} → ${status}`, schema, ourSchema) : [];
    });
    return [
      ...(Boolean(wanted.security) === Boolean(found.security) ? [] : [`${name} security`]),
      ...parameters,
      ...(body ? missing(`${name} body`, body, ourBody) : []),
      ...answers,
    ];
  }

  /** Fields of the contract that are not there, are of another type, or are required otherwise. */
  function missing(where: string, wanted: Schema, found: Schema | undefined): string[] {
    if (!found) return [where];
    const [expected, shape] = [shapeOf(wanted, contract), shapeOf(found, ours)];
    const isOfType = expected.types.every((type) => shape.types.includes(type));
    const fields = [...expected.properties].flatMap(([field, schema]) => {
      const isAsRequired = expected.required.has(field) === shape.required.has(field);
      const place = `${where}.${field}`;
      return isAsRequired ? missing(place, schema, shape.properties.get(field)) : [place];
    });
    const items = expected.items ? missing(`${where}[]`, expected.items, shape.items) : [];
    return [...(isOfType ? [] : [`${where} type`]), ...fields, ...items];
  }
});
