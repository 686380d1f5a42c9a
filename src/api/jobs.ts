import { Elysia } from 'elysia';
import type { Accounts } from '../accounts/service';
import { readJson } from '../http/body';
import { jobGate } from './asker';
import {
  createJob,
  createJobDetail,
  type JobDeps,
  showJob,
  showJobDetail,
} from './research2llm/jobs';
import { asMalformed } from './research2llm/malformed';

export interface JobRouteDeps extends JobDeps {
  accounts: Accounts;
}

/** `/jobs` is one noun for every dialect that has it: this file says whose word answers. */
export function jobRoutes(deps: JobRouteDeps) {
  const askerOf = jobGate(deps.keys, deps.accounts);
  return new Elysia({ name: 'jobs', normalize: false })
    .onParse(async ({ request, server }) => {
      await askerOf({ request, server });
      return asMalformed(() => readJson(request));
    })
    .derive(async ({ request, server }) => ({ asker: await askerOf({ request, server }) }))
    .post('/jobs', ({ asker, body, request }) => createJob(deps, asker, body, request.headers), {
      detail: createJobDetail,
    })
    .get('/jobs/:id', ({ asker, params }) => showJob(deps, asker, params.id), {
      detail: showJobDetail,
    });
}
