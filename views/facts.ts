import type { FaultCode } from '../src/lib/fault';
import type { FindingStatus, ProgressEvent } from '../src/research/types';

/** What pages and llms-full.txt say about the API beyond its description: told once, here. */

/** The events of a job's stream, in the order in which they come. */
export const EVENTS: Record<ProgressEvent['type'] | 'done', string> = {
  plan: 'the sub-questions: `{sub_questions}`',
  wave: 'one round of searches: `{wave, queries, hits}`',
  source: 'a source was read: `{number, title, url}`',
  finding: 'a finding, which later waves may change: `{id, status, text, sources}`',
  brief: 'the text of the answer: `{brief}`',
  done: 'the end, after which the stream closes: `{status, charged_micros}`',
};

export const VERDICTS: Record<FindingStatus, string> = {
  established: 'two independent sources or more say so',
  reported: 'one source says so',
  contested: 'sources disagree; `disputed_by` has the quotes of the other side',
  NEI: 'not enough evidence was found',
  unverified: 'a source states it and gives no ground for it',
};

/** Problem documents by their `code`. */
export const PROBLEMS: Record<FaultCode | 'internal', { status: number; meaning: string }> = {
  invalid_request: {
    status: 400,
    meaning: 'a field is wrong: `field` names it, `detail` says how',
  },
  fetch_refused: { status: 400, meaning: 'an address that may not be fetched' },
  unauthenticated: { status: 401, meaning: 'no valid key or token was sent' },
  insufficient_credits: { status: 402, meaning: 'the balance does not cover the price' },
  forbidden: { status: 403, meaning: 'this account or key may not do that' },
  not_found: { status: 404, meaning: 'there is none, or it is not yours' },
  conflict: {
    status: 409,
    meaning: 'the Idempotency-Key was used for another request, or a name is taken',
  },
  too_large: { status: 413, meaning: 'the body is too large' },
  unsupported_media: { status: 415, meaning: 'a kind of file that is not supported' },
  unprocessable: { status: 422, meaning: 'a file that cannot be read' },
  rate_limited: { status: 429, meaning: 'too many at once: wait for `Retry-After` seconds' },
  internal: { status: 500, meaning: 'a failure of the server, which is in its log' },
  not_configured: { status: 500, meaning: 'the operator has not set this up' },
  fetch_failed: { status: 502, meaning: 'an address did not answer as it should' },
  unavailable: { status: 503, meaning: 'not now: try again' },
};

/** The APIs that this server speaks, by where they are. */
export const APIS: Record<string, string> = {
  '/v1/research': 'Infrence: cited research, the library, credits; `/api` is for people',
  '/v1/chat/completions':
    'OpenAI: models of the pool, and `sonde-lite`, `sonde-standard`, `sonde-pro`, which answer by research; also `/v1/completions`, `/v1/embeddings`, `/v1/models`',
  '/run/model':
    'Infrintia: a job of a model, which goes on when its reader leaves; also `/models`, `/jobs`, `/users`, `/metrics`, `/admin`',
  '/hosts':
    'Infrintia: machines that lend their models, from `/hosts/register` on; `sonde host` is one that is ready to run',
  '/jobs': 'research2llm: research with a schema; also `/me`. Jobs of models are listed here too',
  '/mcp': 'the Model Context Protocol, for agents',
};
