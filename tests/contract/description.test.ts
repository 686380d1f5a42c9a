import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { startServer } from '../support/binary';
import { cleanUp } from '../support/cleanup';
import { contract, differencesOf } from '../support/contract';
import type { Description, Schema } from '../support/openapi';

afterAll(cleanUp);

let ours: Description & { openapi: string };

beforeAll(async () => {
  const server = await startServer();
  ours = (await (await fetch(`${server.url}/api/openapi.json`)).json()) as typeof ours;
});

test('the description says what the contract says, and marks everything else', () => {
  expect(ours.openapi).toStartWith('3.1.');
  expect(differencesOf(contract, ours)).toEqual([]);
});

test('of the contract itself nothing differs', () => {
  expect(differencesOf(contract, contract)).toEqual([]);
});

describe('every way to differ is found and named', () => {
  const schema = (name: string) => (description: Description) =>
    description.components.schemas[name] as Required<Schema>;
  const run = (description: Description) => description.paths['/v1/research']!.post!;
  const jobs = (description: Description) => description.paths['/v1/research']!.get!;

  const spoilings: [difference: string, spoil: (description: Description) => void][] = [
    [
      'POST /v1/research: in the contract, missing in ours',
      (description) => {
        delete description.paths['/v1/research']!.post;
      },
    ],
    [
      'PATCH /v1/research: not in the contract, and not marked as an addition',
      (description) => {
        description.paths['/v1/research']!.patch = { operationId: 'patch', responses: {} };
      },
    ],
    [
      'POST /v1/research operationId: "run_research" in the contract, "run" in ours',
      (description) => {
        run(description).operationId = 'run';
      },
    ],
    [
      'POST /v1/research security: [{"bearer_api_key":[]}] in the contract, nothing in ours',
      (description) => {
        delete run(description).security;
      },
    ],
    [
      'POST /v1/research: in the contract, and marked as an addition',
      (description) => {
        run(description)['x-sonde-addition'] = true;
      },
    ],
    [
      'POST /v1/research → 402: in the contract, missing in ours',
      (description) => {
        delete run(description).responses['402'];
      },
    ],
    [
      'POST /v1/research → 204: not in the contract',
      (description) => {
        run(description).responses['204'] = {};
      },
    ],
    [
      'POST /v1/research body: required in the contract, optional in ours',
      (description) => {
        run(description).requestBody!.required = false;
      },
    ],
    [
      'GET /v1/research query limit: in the contract, missing in ours',
      (description) => {
        jobs(description).parameters!.splice(1, 1);
      },
    ],
    [
      'GET /v1/research query page: not in the contract, and not marked as an addition',
      (description) => {
        const schema = { type: 'string' };
        jobs(description).parameters!.push({ name: 'page', in: 'query', required: false, schema });
      },
    ],
    [
      'GET /v1/research query limit type: ["integer","null"] in the contract, ["string"] in ours',
      (description) => {
        jobs(description).parameters![1]!.schema.type = 'string';
      },
    ],
    [
      'POST /api/playground/research → 202 AsyncAccepted.status: required in the contract, optional in ours',
      (description) => {
        const { required } = schema('AsyncAccepted')(description);
        required.splice(required.indexOf('status'), 1);
      },
    ],
    [
      'POST /api/playground/research → 202 AsyncAccepted.status type: ["string"] in the contract, ["null","string"] in ours',
      (description) => {
        schema('AsyncAccepted')(description).properties.status!.type = ['string', 'null'];
      },
    ],
    [
      'POST /api/playground/research → 202 AsyncAccepted.id format: "uuid" in the contract, nothing in ours',
      (description) => {
        delete schema('AsyncAccepted')(description).properties.id!.format;
      },
    ],
    [
      'POST /api/playground/research → 202 AsyncAccepted.place: not in the contract, and not marked as an addition',
      (description) => {
        schema('AsyncAccepted')(description).properties.place = { type: 'integer' };
      },
    ],
    [
      'POST /api/playground/research body ResearchRequest.place: optional in the contract, required in ours',
      (description) => {
        const request = schema('ResearchRequest')(description);
        request.properties.place = { type: 'integer', 'x-sonde-addition': true };
        request.required.push('place');
      },
    ],
    [
      'POST /api/keys → 200 CreatedKey.plaintext: in the contract, missing in ours',
      (description) => {
        delete schema('CreatedKey')(description).allOf[1]!.properties!.plaintext;
      },
    ],
    [
      'schema Pack: in the contract, missing in ours',
      (description) => {
        delete description.components.schemas.Pack;
      },
    ],
    [
      'schema Parcel: not in the contract, and not marked as an addition',
      (description) => {
        description.components.schemas.Parcel = { type: 'object' };
      },
    ],
  ];

  test.each(spoilings)('%s', (difference, spoil) => {
    const spoiled = structuredClone(contract);
    spoil(spoiled);
    expect(differencesOf(contract, spoiled)).toContain(difference);
  });
});
