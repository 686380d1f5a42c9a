import { type AnyElysia, Elysia, type TSchema } from 'elysia';

/** Marks what we add to the contract: operations, parameters, schemas and their properties. */
export const addition = { 'x-sonde-addition': true } as const;

const SPEC_PATH = '/spec';

const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/ProblemDto' } } },
});
const bodyRefusals = {
  400: problem('The body is not as described'),
  413: problem('The body is too large'),
};

interface Part {
  routes: AnyElysia[];
  /** By the names that routes refer to them by. */
  models: Record<string, TSchema>;
}

export interface Described extends Part {
  /** The other dialects: all of it is marked as an addition to the first one's contract. */
  additions: Part;
  version: string;
}

/** As much of an OpenAPI document as is put right here. */
interface Document {
  paths: Record<
    string,
    Record<string, { requestBody?: unknown; responses: Record<string, unknown> }>
  >;
  components: Record<string, unknown>;
}

/**
 * The OpenAPI 3.1 description of `routes`. The plugin writes 3.0.3; our schemas are plain JSON
 * Schema already, so the version is all that differs. Asked of an app of its own, so that the
 * plugin's page, which loads from another origin, is never served.
 */
export async function describeApi({ version, additions, ...own }: Described): Promise<string> {
  // Loaded when it is asked for: a server that starts has no need of it.
  const { swagger } = await import('@elysiajs/swagger');
  const describing = new Elysia().use(
    swagger({
      path: '/page',
      specPath: SPEC_PATH,
      documentation: {
        info: {
          title: 'Sonde',
          version,
          description: 'Cited research jobs whose every quote can be checked.',
          license: { name: 'MIT' },
        },
        components: {
          securitySchemes: {
            bearer_api_key: { type: 'http', scheme: 'bearer', bearerFormat: 'API Key' },
            api_key: { type: 'apiKey', in: 'header', name: 'X-API-Key', ...addition },
            bearer_jwt: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
            basic: { type: 'http', scheme: 'basic', ...addition },
            host_key: { type: 'http', scheme: 'bearer', bearerFormat: 'Host key', ...addition },
          },
        },
      },
    }),
  );
  const routes = [...own.routes, ...additions.routes];
  for (const part of routes) describing.use(part);
  const answer = await describing.handle(new Request(`http://localhost${SPEC_PATH}`));
  const description = (await answer.json()) as Document;
  restoreBodies(description, routes);
  mark(description, additions.routes);
  const schemas = { ...referring(own.models), ...marked(referring(additions.models)) };
  const components = { ...description.components, schemas };
  return JSON.stringify({ ...description, openapi: '3.1.0', components }, asPlainSchema);
}

/**
 * The plugin puts the schema that a body is checked by over what its route says of the body. What is
 * refused of every body alike is said here, unless the route says it better.
 */
function restoreBodies({ paths }: Document, routes: AnyElysia[]): void {
  for (const { method, path, hooks } of routes.flatMap((part) => part.routes)) {
    const operation = paths[path.replace(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()];
    const described = hooks.detail?.requestBody;
    if (!operation || !described) continue;
    operation.requestBody = described;
    operation.responses = { ...bodyRefusals, ...operation.responses };
  }
}

function mark({ paths }: Document, routes: AnyElysia[]): void {
  for (const { method, path } of routes.flatMap((part) => part.routes)) {
    const operation = paths[path.replace(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()];
    if (operation) Object.assign(operation, addition);
  }
}

function marked(schemas: Record<string, object>): Record<string, object> {
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [name, { ...schema, ...addition }]),
  );
}

/** A model inside another is named, and not told once more. */
function referring(models: Record<string, TSchema>): Record<string, object> {
  const names = new Map<unknown, string>(
    Object.entries(models).map(([name, model]) => [model, name]),
  );
  const reference = (key: string, value: unknown) => {
    const name = key === '' ? undefined : names.get(value);
    return name === undefined ? value : { $ref: `#/components/schemas/${name}` };
  };
  return Object.fromEntries(
    Object.entries(models).map(([name, model]) => [
      name,
      JSON.parse(JSON.stringify(model, reference)),
    ]),
  );
}

/** Leaves out our own keyword, and says "or null" by a list of types, the shorter way. */
function asPlainSchema(key: string, value: unknown): unknown {
  if (key === 'expects') return undefined;
  if (typeof value !== 'object' || value === null || !('anyOf' in value)) return value;
  const { anyOf, ...rest } = value as { anyOf: { type?: string }[] };
  const [first, second] = anyOf;
  if (anyOf.length !== 2 || !first?.type || second?.type !== 'null') return value;
  return { ...first, ...rest, type: [first.type, 'null'] };
}
