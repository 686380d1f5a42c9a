import { t } from 'elysia';
import { Fault } from '../../../lib/fault';
import { isUuid } from '../../../lib/ids';
import { type AnswerTable, answersFor } from '../answers';
import type { adminModels } from './schemas-admin';

type ModelName = keyof typeof adminModels;

const LIST_LIMIT = { default: 50, max: 200 };
const MAX_OFFSET = 10_000_000;

export const pageQuery = {
  limit: t.Optional(t.Numeric({ minimum: 1, maximum: LIST_LIMIT.max, multipleOf: 1 })),
  offset: t.Optional(t.Numeric({ minimum: 0, maximum: MAX_OFFSET, multipleOf: 1 })),
};

export function pageOf(query: { limit?: number; offset?: number }) {
  return { limit: query.limit ?? LIST_LIMIT.default, offset: query.offset ?? 0 };
}

const answers = answersFor<ModelName>();

/** The description of an operation that only an admin may call. */
export function adminOperation(
  operationId: string,
  summary: string,
  table: AnswerTable<ModelName>,
  body?: ModelName,
) {
  return {
    tags: ['admin'],
    security: [{ bearer_jwt: [] }],
    operationId,
    summary,
    ...(body === undefined ? {} : { requestBody: requestBody(body) }),
    responses: answers({ 401: ['Not authenticated'], 403: ['Not an admin'], ...table }),
  };
}

function requestBody(name: ModelName) {
  const schema = { $ref: `#/components/schemas/${name}` };
  return { required: true, content: { 'application/json': { schema } } };
}

/** What cannot be an id is not there, as is one that nobody has. */
export function knownId(id: string, noun: string): string {
  if (!isUuid(id)) throw notFound(id, noun);
  return id;
}

export function notFound(id: string, noun: string): Fault {
  return new Fault('not_found', `no ${noun} has the id ${id.slice(0, 80)}`, { field: 'id' });
}

/** For an operation whose handler reads the body itself, after it is known who asks. */
export const bodyIsReadLater = { parse: 'none' } as const;

/** Where the contract documents success without a body. */
export function done(): Response {
  return new Response(null, { status: 200 });
}
