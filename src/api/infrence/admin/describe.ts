import { type TSchema, t } from 'elysia';
import { wholeNumberOf } from '../../../http/validate';
import { type AnswerTable, answersFor } from '../../answers';
import { jsonBody, limitInQuery, offsetInQuery, type optionalInQuery } from '../parameters';
import type { adminModels } from './schemas-admin';

type ModelName = keyof typeof adminModels;
type Parameter = Omit<ReturnType<typeof optionalInQuery>, 'schema'> & { schema: TSchema };

const LIMIT = { default: 50, min: 1, max: 200 };
const OFFSET = { default: 0, min: 0, max: 10_000_000 };

export const pageQuery = {
  limit: t.Optional(t.String()),
  offset: t.Optional(t.String()),
};

export const pageParameters = [limitInQuery(LIMIT), offsetInQuery(OFFSET.max)];

export function pageOf(query: { limit?: string; offset?: string }) {
  return {
    limit: wholeNumberOf(query, 'limit', LIMIT),
    offset: wholeNumberOf(query, 'offset', OFFSET),
  };
}

const answers = answersFor<ModelName>();

/** The description of an operation that only an admin may call. */
export function adminOperation(
  operationId: string,
  summary: string,
  table: AnswerTable<ModelName>,
  takes: { parameters?: Parameter[]; body?: ModelName } = {},
) {
  return {
    tags: ['admin'],
    security: [{ bearer_jwt: [] }],
    operationId,
    summary,
    ...(takes.parameters === undefined ? {} : { parameters: takes.parameters }),
    ...(takes.body === undefined ? {} : { requestBody: jsonBody(takes.body) }),
    responses: answers({ 401: ['Not authenticated'], 403: ['Not an admin'], ...table }),
  };
}

/** For an operation whose handler reads the body itself, after it is known who asks. */
export const bodyIsReadLater = { parse: 'none' } as const;

/** Where the contract documents success without a body. */
export function done(): Response {
  return new Response(null, { status: 200 });
}
