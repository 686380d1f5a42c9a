import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { EXAMPLES, run, type Server, seedUser, sondeJson, startServer } from '../support/binary';
import { cleanUp, onCleanUp } from '../support/cleanup';

afterAll(cleanUp);

const ROOT = join(import.meta.dir, '../..');

/** As somebody would write it who has the description and nothing else. */
const PROGRAM = `
import createClient from 'openapi-fetch';
import type { components, paths } from './api';

type Result = components['schemas']['ResearchResult'];

export async function ask(baseUrl: string, key: string, question: string) {
  const client = createClient<paths>({ baseUrl, headers: { authorization: \`Bearer \${key}\` } });
  const { data, error } = await client.POST('/v1/research', {
    body: {
      question,
      async: true,
      response_schema: { type: 'object', properties: { turbines: { type: 'integer' } } },
    },
  });
  if (!data) throw new Error(error.detail);
  let result: Result | undefined;
  while (result?.completed_at == null) {
    const polled = await client.GET('/v1/research/{id}', { params: { path: { id: data.id } } });
    if (!polled.data) throw new Error(polled.error.detail);
    result = polled.data;
  }
  const [finding] = result.findings;
  const quote: components['schemas']['Quote'] | undefined = finding?.quotes[0];
  const listed = await client.GET('/v1/research', { params: { query: { limit: 1 } } });
  const report = await client.GET('/v1/research/{id}/report', {
    params: { path: { id: data.id }, query: { format: 'md' } },
    parseAs: 'text',
  });
  return {
    brief: result.brief ?? '',
    turbines: result.typed.turbines,
    isEstablished: finding?.status === 'established',
    length: quote ? quote.end - quote.start : 0,
    quoted: quote?.text.length,
    listed: listed.data?.map(({ question }) => question),
    report: report.data,
  };
}

export async function fail(baseUrl: string, key: string) {
  const client = createClient<paths>({ baseUrl, headers: { authorization: \`Bearer \${key}\` } });
  const { error, response } = await client.POST('/v1/research', { body: { question: '' } });
  return { status: response.status, field: error?.field, detail: error?.detail };
}

export async function misuse(baseUrl: string) {
  const client = createClient<paths>({ baseUrl });
  // @ts-expect-error a question is required
  await client.POST('/v1/research', { body: {} });
  // @ts-expect-error there are four modes
  await client.POST('/v1/research', { body: { question: 'x', mode: 'huge' } });
  // @ts-expect-error an id is required
  await client.GET('/v1/research/{id}');
  const { data } = await client.GET('/v1/research/{id}', { params: { path: { id: 'x' } } });
  // @ts-expect-error a finding has no such field
  data?.findings[0]?.colour;
  // @ts-expect-error nor is there such a status
  if (data?.findings[0]?.status === 'true') return;
}
`;

const CONFIGURATION = {
  compilerOptions: {
    strict: true,
    noUncheckedIndexedAccess: true,
    target: 'ESNext',
    module: 'Preserve',
    moduleResolution: 'bundler',
    lib: ['ESNext', 'DOM', 'DOM.Iterable'],
    types: [],
    // The contract gives three pairs of operations one operationId each, as no description should:
    // the types of the second of each pair are those of the first.
    skipLibCheck: true,
    noEmit: true,
  },
  files: ['program.ts'],
};

interface Program {
  // biome-ignore lint/suspicious/noExplicitAny: a test says by its assertions what it expects
  ask(baseUrl: string, key: string, question: string): Promise<any>;
  fail(baseUrl: string, key: string): Promise<{ status: number; field: string; detail: string }>;
}

let server: Server;
let folder: string;

beforeAll(async () => {
  server = await startServer();
  // Where the packages of a program are found.
  folder = mkdtempSync(join(ROOT, 'node_modules/.generated-client-'));
  onCleanUp(() => rmSync(folder, { recursive: true, force: true }));
  const generator = join(ROOT, 'node_modules/openapi-typescript/bin/cli.js');
  const description = `${server.url}/api/openapi.json`;
  const types = join(folder, 'api.d.ts');
  const generated = await run([process.execPath, generator, description, '-o', types]);
  if (generated.code !== 0) throw new Error(generated.stderr);
  await Promise.all([
    Bun.write(join(folder, 'program.ts'), PROGRAM),
    Bun.write(join(folder, 'tsconfig.json'), JSON.stringify(CONFIGURATION)),
  ]);
});

describe('a client that is generated from the description', () => {
  test('has types that take what is right and refuse what is wrong', async () => {
    const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
    const { code, stdout } = await run([process.execPath, compiler, '-p', folder]);
    expect(stdout).toBe('');
    expect(code).toBe(0);
  });

  test('runs a job and reads its result', async () => {
    const user = await seedUser(server.data);
    await sondeJson(['library', 'add', EXAMPLES, '--user', user.email], { data: server.data });
    const question = 'How many turbines does the Halden Strait tidal power plant have?';
    const { ask, fail } = (await import(join(folder, 'program.ts'))) as Program;
    const answer = await ask(server.url, user.key, question);
    expect(answer.brief).toMatch(/16 turbines[^\n]*\[\d+\]/);
    expect(answer).toMatchObject({ turbines: 16, listed: [question] });
    expect(answer.length).toBeGreaterThan(0);
    expect(answer.quoted).toBe(answer.length);
    expect(answer.report).toStartWith('# ');
    expect(await fail(server.url, user.key)).toMatchObject({ status: 400, field: 'question' });
  });
});
