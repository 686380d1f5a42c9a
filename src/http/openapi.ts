import { type AnyElysia, Elysia, type TSchema } from 'elysia';

const SPEC_PATH = '/spec';

export interface Described {
  routes: AnyElysia[];
  /** By the names that routes refer to them by. */
  models: Record<string, TSchema>;
  version: string;
}

/**
 * The OpenAPI 3.1 description of `routes`. The plugin writes 3.0.3; our schemas are plain JSON
 * Schema already, so the version is all that differs. Asked of an app of its own, so that the
 * plugin's page, which loads from another origin, is never served.
 */
export async function describeApi({ routes, models, version }: Described): Promise<string> {
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
            bearer_jwt: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
          },
        },
      },
    }),
  );
  describing.model(models);
  for (const part of routes) describing.use(part);
  const answer = await describing.handle(new Request(`http://localhost${SPEC_PATH}`));
  const description = (await answer.json()) as Record<string, unknown>;
  return JSON.stringify({ ...description, openapi: '3.1.0' }, withoutIds);
}

/** The plugin names each schema by a `$id` that is a fragment, which JSON Schema forbids. */
function withoutIds(key: string, value: unknown): unknown {
  return key === '$id' ? undefined : value;
}
