import { Type } from '@sinclair/typebox';
import { byHost, idInPath, inQuery, jsonBody } from './describe';
import { answers } from './schemas';

export const MAX_WAIT_SECONDS = 55;
export const MAX_JOBS = 256;
export const MAX_RENEW_WAIT_SECONDS = 30;
export const MAX_LINES = 10_000;

const detail = { tags: ['hosts'], security: byHost };
const problems = {
  400: ['Malformed'],
  401: ['No key of a host'],
  403: ['The key of another host'],
  404: ['Unknown job'],
  409: ['The lease is over: forget the job'],
  413: ['Too large'],
} as Record<number, [string]>;
const parameters = [idInPath('Of the job.')];

/** How the API description tells what a host does with its jobs. */
export const operations = {
  nextJob: {
    ...detail,
    operationId: 'host_next_job',
    summary: 'Ask for the next job, or wait for it',
    parameters: [
      inQuery(
        'wait',
        Type.Number({
          minimum: 0,
          maximum: MAX_WAIT_SECONDS,
          description: 'Addition: seconds to wait for a job; 0 if absent.',
        }),
      ),
      inQuery(
        'max',
        Type.Integer({
          minimum: 1,
          maximum: MAX_JOBS,
          description: 'Addition: take so many at once, in a list.',
        }),
      ),
    ],
    requestBody: jsonBody('HostNameRequest'),
    responses: answers({
      200: ['A job; with max, {"jobs": […]}', 'HostJob'],
      204: ['None'],
      400: ['Malformed'],
      401: ['No key of a host'],
      403: ['The key of another host'],
    }),
  },
  tokens: {
    ...detail,
    operationId: 'host_send_tokens',
    summary: 'Send tokens, numbered from 1; those that were sent before are passed over',
    parameters: [
      ...parameters,
      { ...inQuery('fence', Type.Integer({ description: 'Of the lease.' })), required: true },
    ],
    requestBody: {
      required: true,
      content: {
        'application/x-ndjson': {
          schema: Type.String({ description: 'Lines of {"seq": 1, "delta": "Hi"}.' }),
        },
      },
    },
    responses: answers({
      200: ['How far it has got', 'Ack'],
      422: ['A number is missing'],
      ...problems,
    }),
  },
  complete: {
    ...detail,
    operationId: 'host_complete_job',
    summary: 'Say that a job is done; may be repeated',
    parameters,
    requestBody: jsonBody('CompletionRequest'),
    responses: answers({ 200: ['It is', 'Status'], 422: ['A number is missing'], ...problems }),
  },
  completeAll: {
    ...detail,
    operationId: 'host_complete_jobs',
    summary: 'Say of several jobs that they are done; may be repeated',
    requestBody: jsonBody('CompletionsRequest'),
    responses: answers({
      200: ['What became of each, in their order', 'CompletionsAnswer'],
      400: ['Malformed as a whole'],
      401: ['No key of a host'],
      403: ['The key of another host'],
      413: ['Too large'],
    }),
  },
  fail: {
    ...detail,
    operationId: 'host_fail_job',
    summary: 'Say that a job failed here',
    parameters,
    requestBody: jsonBody('FailureRequest'),
    responses: answers({ 200: ['It is recorded', 'Status'], ...problems }),
  },
  renew: {
    ...detail,
    operationId: 'host_renew_job',
    summary: 'Renew the lease of a job, and learn whether to stop',
    parameters,
    requestBody: jsonBody('RenewalRequest'),
    responses: answers({ 200: ['It is renewed', 'Ack'], ...problems }),
  },
};
