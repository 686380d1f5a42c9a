import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import Ajv, { type ValidateFunction } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import type { Browser } from 'playwright';
import { EXAMPLES, type Server, seedUser, sondeJson, startServer } from '../support/binary';
import { launchBrowser, openPage } from '../support/browser';
import { cleanUp } from '../support/cleanup';
import { type Client, clientOf } from '../support/client';

afterAll(cleanUp);

const TURBINES = 'How many turbines does the Halden Strait tidal power plant have?';
const NOBODY = '00000000-0000-7000-8000-000000000000';

/** What clients of the API rely on: operations by path, and the fields of each schema. */
const OPERATIONS: Record<string, string> = {
  'post /v1/research': 'run_research',
  'get /v1/research': 'list_jobs',
  'get /v1/research/{id}': 'get_status',
  'delete /v1/research/{id}': 'cancel',
  'get /v1/credits': 'api_balance',
};
const FIELDS: Record<string, { required: string; types: Record<string, string> }> = {
  ResearchRequest: {
    required: 'question',
    types: { question: 'string', async: 'boolean', include_sources: 'boolean', mode: 'string' },
  },
  ResearchResult: {
    required: 'id status question typed sources credits_charged cost_usd created_at',
    types: {
      id: 'string',
      status: 'string',
      brief: 'string|null',
      credits_charged: 'integer',
      cost_usd: 'number',
      completed_at: 'string|null',
      latency_ms: 'integer|null',
      wave_count: 'integer|null',
      error: 'string|null',
      sources: 'array',
    },
  },
  AsyncAccepted: {
    required: 'id status status_url events_url',
    types: { id: 'string', status: 'string', status_url: 'string', events_url: 'string' },
  },
  BalanceDto: { required: 'credits usd', types: { credits: 'integer', usd: 'string' } },
  ResearchLogRow: {
    required: 'id created_at status question credits_charged cost_usd_micros',
    types: {
      credits_charged: 'integer',
      cost_usd_micros: 'integer',
      source_count: 'integer|null',
      latency_ms: 'integer|null',
    },
  },
};

let server: Server;
let client: Client;
// biome-ignore lint/suspicious/noExplicitAny: a test says by its assertions what it expects
let description: any;

beforeAll(async () => {
  server = await startServer();
  const user = await seedUser(server.data);
  client = clientOf(server.url, user.key);
  await sondeJson(['library', 'add', EXAMPLES, '--user', user.email], { data: server.data });
  description = (await clientOf(server.url, null).get('/api/openapi.json')).json;
});

test('the description is OpenAPI 3.1.0 and names every operation of the contract', () => {
  expect(description.openapi).toBe('3.1.0');
  const named: Record<string, string> = {};
  for (const [path, methods] of Object.entries(description.paths)) {
    for (const [method, operation] of Object.entries(methods as object)) {
      named[`${method} ${path}`] = operation.operationId;
    }
  }
  expect(named).toMatchObject(OPERATIONS);
  // The contract itself gives some ids twice; none is missing.
  for (const id of Object.values(named)) expect(id).toBeString();
});

test.each(Object.entries(FIELDS))('%s has the fields that clients rely on', (name, wanted) => {
  const schema = description.components.schemas[name];
  expect(schema.required).toEqual(expect.arrayContaining(wanted.required.split(' ')));
  for (const [field, type] of Object.entries(wanted.types)) {
    const described = schema.properties[field].type;
    expect([field, Array.isArray(described) ? described.join('|') : described]).toEqual([
      field,
      type,
    ]);
  }
});

test('every reference leads to a schema', () => {
  const text = JSON.stringify(description);
  for (const [, name] of text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)) {
    expect(Object.keys(description.components.schemas)).toContain(name!);
  }
});

describe('answers are as they are described', () => {
  const compiled = new Map<string, ValidateFunction>();

  /** Holds an answer to what its own operation says of its status. */
  async function holds(
    method: string,
    path: string,
    body?: unknown,
    template = path,
    headers?: Record<string, string>,
  ) {
    const answer = await client.send(method, path, body, headers);
    const operation = description.paths[template][method.toLowerCase()];
    const response = operation.responses[String(answer.status)];
    expect({ path, status: answer.status, isDescribed: response !== undefined }).toMatchObject({
      isDescribed: true,
    });
    const type = answer.headers.get('content-type')?.split(';')[0] ?? '';
    const name = `${method} ${template} ${answer.status}`;
    let validate = compiled.get(name);
    if (!validate) {
      const ajv = new Ajv({ strict: false });
      addFormats(ajv);
      const { components } = description;
      validate = ajv.compile({ ...response.content[type].schema, components });
      compiled.set(name, validate);
    }
    const isValid = validate(answer.json);
    expect({ name, isValid, errors: validate.errors ?? [] }).toEqual({
      name,
      isValid: true,
      errors: [],
    });
    return answer;
  }

  test('of every operation, in success and in failure', async () => {
    const done = await holds('POST', '/v1/research', { question: TURBINES });
    const accepted = await holds('POST', '/v1/research', { question: TURBINES, async: true });
    expect([done.status, accepted.status]).toEqual([200, 202]);
    await client.ended(accepted.json.id);
    await holds('POST', '/v1/research', { question: 7 });
    await holds('POST', '/v1/research', { question: TURBINES, mode: 'max', max_credits: 999_999 });
    const twice = { 'idempotency-key': 'twice' };
    await client.research({ question: TURBINES }, twice);
    await holds('POST', '/v1/research', { question: 'Another?' }, undefined, twice);
    await holds('POST', '/v1/research', { question: 'why '.repeat(300_000) });
    await holds('GET', '/v1/research');
    await holds('GET', '/v1/credits');
    const job = '/v1/research/{id}';
    await holds('GET', `/v1/research/${done.json.id}`, undefined, job);
    await holds('GET', `/v1/research/${NOBODY}`, undefined, job);
    await holds('DELETE', `/v1/research/${done.json.id}`, undefined, job);
    const added = await holds('POST', '/v1/library', { text: 'A tide comes in.' });
    await holds('POST', '/v1/library', { text: 'A tide comes in.' });
    await holds('GET', '/v1/library');
    const document = '/v1/library/{id}';
    await holds('GET', `/v1/library/${added.json.id}`, undefined, document);
    await holds('GET', `/v1/library/${NOBODY}`, undefined, document);
  });
});

describe.skipIf(!process.env.SONDE_CHROMIUM)('in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  test('the API reference shows the operations, and loads nothing from elsewhere', async () => {
    const { page, origins, complaints } = await openPage(browser);
    await page.goto(`${server.url}/api/docs`);
    for (const operation of Object.values(OPERATIONS)) {
      await page.locator(`[id$="-${operation}"]`).first().waitFor();
    }
    await page.locator('[id$="-run_research"] button').first().click();
    await page.getByText('200').first().waitFor();
    if (process.env.SONDE_SCREENSHOT) {
      await page.screenshot({ path: process.env.SONDE_SCREENSHOT, fullPage: true });
    }
    expect([...origins]).toEqual([server.url]);
    expect(complaints).toEqual([]);
  });
});
