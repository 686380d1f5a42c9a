import { join } from 'node:path';

/**
 * Renews tests/contract/infrence.json: `bun scripts/contract.ts <the published OpenAPI document>`.
 * Facts alone are taken over, by name: what is not in these lists, all prose among it, stays out.
 */
const TARGET = join(import.meta.dir, '../tests/contract/infrence.json');
const SOURCE_OF_FACTS = 'Facts of the Infrence API. Renewed by scripts/contract.ts, never by hand.';

type Json = Record<string, unknown>;

function mapped<T>(object: unknown, change: (value: Json, name: string) => T): Record<string, T> {
  return Object.fromEntries(
    Object.entries((object ?? {}) as Record<string, Json>).map(([name, value]) => [
      name,
      change(value, name),
    ]),
  );
}

function picked(object: Json, names: string[]): Json {
  return Object.fromEntries(
    names.flatMap((name) => (name in object ? [[name, object[name]]] : [])),
  );
}

function schemaFacts(schema: Json): Json {
  return {
    ...picked(schema, ['$ref', 'type', 'format', 'enum', 'minimum', 'required']),
    ...(schema.properties ? { properties: mapped(schema.properties, schemaFacts) } : {}),
    ...(schema.items ? { items: schemaFacts(schema.items as Json) } : {}),
    ...(schema.allOf ? { allOf: (schema.allOf as Json[]).map(schemaFacts) } : {}),
  };
}

function contentFacts({ content }: Json): Json {
  if (content === undefined) return {};
  return { content: mapped(content, ({ schema }) => ({ schema: schemaFacts(schema as Json) })) };
}

function operationFacts(operation: Json): Json {
  const { parameters, requestBody, responses } = operation as Record<string, Json>;
  return {
    ...picked(operation, ['operationId', 'security']),
    ...(parameters === undefined
      ? {}
      : { parameters: (parameters as unknown as Json[]).map(parameterFacts) }),
    ...(requestBody === undefined
      ? {}
      : { requestBody: { ...picked(requestBody, ['required']), ...contentFacts(requestBody) } }),
    responses: mapped(responses, contentFacts),
  };
}

function parameterFacts(parameter: Json): Json {
  return {
    ...picked(parameter, ['name', 'in', 'required']),
    schema: schemaFacts(parameter.schema as Json),
  };
}

const [source] = process.argv.slice(2);
if (!source) throw new Error('name the OpenAPI document: bun scripts/contract.ts openapi.json');
const description = await Bun.file(source).json();
const { schemas, securitySchemes } = description.components;
const facts = {
  $comment: SOURCE_OF_FACTS,
  paths: mapped(description.paths, (operations) => mapped(operations, operationFacts)),
  components: {
    schemas: mapped(schemas, schemaFacts),
    securitySchemes: mapped(securitySchemes, (scheme) =>
      picked(scheme, ['type', 'scheme', 'bearerFormat']),
    ),
  },
};
await Bun.write(TARGET, `${JSON.stringify(facts, null, 2)}\n`);
Bun.spawnSync(['bun', 'x', 'biome', 'format', '--write', TARGET]);
