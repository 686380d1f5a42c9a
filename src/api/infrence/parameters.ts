import type { TProperties } from '@sinclair/typebox';
import { t } from 'elysia';
import { addition } from '../../http/openapi';

/**
 * Parameters and bodies as the contract describes them. What is taken is up to the routes: an id that is no
 * UUID is not found, and a number out of range is refused.
 */
export const idInPath = {
  in: 'path',
  name: 'id',
  required: true,
  schema: t.String({ format: 'uuid' }),
};

export function optionalInQuery(
  name: string,
  type: 'string' | 'integer' | 'boolean',
  { description, ...rest }: { description?: string } & Record<string, unknown> = {},
) {
  return {
    in: 'query',
    name,
    required: false,
    ...(description === undefined ? {} : { description }),
    schema: t.Unsafe<unknown>({ type: [type, 'null'], ...rest }),
  };
}

export function limitInQuery(limit: { default: number; max: number }) {
  return optionalInQuery('limit', 'integer', {
    format: 'int64',
    minimum: 1,
    maximum: limit.max,
    default: limit.default,
  });
}

export function offsetInQuery(max: number) {
  return optionalInQuery('offset', 'integer', {
    format: 'int64',
    minimum: 0,
    maximum: max,
    default: 0,
  });
}

/** Of a query, what is not known is ignored: links are given more on their way. */
export function queryOf<Fields extends TProperties>(fields: Fields) {
  return t.Object(fields, { additionalProperties: true });
}

/** Where a stream of events goes on. */
export const lastEventIdInHeader = {
  ...addition,
  in: 'header',
  name: 'Last-Event-ID',
  required: false,
  description: 'The id of the last event that was seen.',
  schema: t.Unsafe<unknown>({ type: 'integer', minimum: 0 }),
};

/** A request that is sent again under the same key is accepted once. */
export const idempotencyKeyInHeader = {
  ...addition,
  in: 'header',
  name: 'Idempotency-Key',
  required: false,
  description: 'Sent again with the same request, it answers for the same job.',
  schema: t.String({ minLength: 1, maxLength: 255 }),
};

/** `name` is that of a schema of the description. */
export function jsonBody(name: string) {
  const schema = { $ref: `#/components/schemas/${name}` };
  return { required: true, content: { 'application/json': { schema } } };
}

/** What a followed job answers. */
export const eventStream = {
  description: 'Events',
  content: { 'text/event-stream': { schema: t.String() } },
};
