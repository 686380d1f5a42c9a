import type { TSchema } from '@sinclair/typebox';
import { t } from 'elysia';
import { addition } from '../../http/openapi';
import type { infrintiaModels } from './schemas';

type Security = Record<string, string[]>[];

/** A program by its key, or a person by token or password. */
export const byAnyone: Security = [
  { bearer_api_key: [] },
  { api_key: [] },
  { bearer_jwt: [] },
  { basic: [] },
];
export const byPerson: Security = [{ bearer_jwt: [] }, { basic: [] }];
export const byHost: Security = [{ host_key: [] }];

/** `name` is that of a schema of the description. */
export function jsonBody(name: keyof typeof infrintiaModels) {
  const schema = { $ref: `#/components/schemas/${name}` };
  return { required: true, content: { 'application/json': { schema } } };
}

export function idInPath(description: string) {
  return { in: 'path', name: 'id', required: true, description, schema: t.String() };
}

export function inQuery(name: string, schema: TSchema) {
  const { description, ...rest } = schema;
  return {
    in: 'query',
    name,
    required: false,
    ...(description === undefined ? {} : { description }),
    schema: t.Unsafe<unknown>(rest),
  };
}

/** Of every list that comes in pages. */
export const LIMIT = { default: 20, min: 1, max: 100 };
export const OFFSET = { default: 0, min: 0, max: 1_000_000 };

export const pageParameters = [
  inQuery('limit', t.Unsafe({ type: 'integer', minimum: 1, maximum: LIMIT.max, default: 20 })),
  inQuery('offset', t.Unsafe({ type: 'integer', minimum: 0, maximum: OFFSET.max, default: 0 })),
];

export const idempotencyKeyInHeader = {
  ...addition,
  in: 'header',
  name: 'Idempotency-Key',
  required: false,
  description: 'Sent again with the same request, it answers for the same job.',
  schema: t.String({ minLength: 1, maxLength: 255 }),
};

/** Where a stream goes on. */
export const lastEventIdInHeader = {
  ...addition,
  in: 'header',
  name: 'Last-Event-ID',
  required: false,
  description: 'The id of the last event that was seen.',
  schema: t.Unsafe<unknown>({ type: 'integer', minimum: 0 }),
};
