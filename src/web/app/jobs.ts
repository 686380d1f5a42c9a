import { Elysia } from 'elysia';
import { JobPage } from '../../../views/pages/job/show';
import { SourcePage } from '../../../views/pages/source/show';
import { knownId, notFound } from '../../http/validate';
import { Fault } from '../../lib/fault';
import { page } from '../page';
import { redirect } from '../refusal';
import { type Asked, ask } from './ask';
import type { AppPagesDeps } from './deps';
import { followInference, inferencePage, inferenceStatus, ownInference } from './inference';
import { followAsHtml, propsOf } from './job-events';
import { jobList } from './job-list';
import { passagesOf } from './passages';

/** Jobs: asking, following, reading. */
export function jobPages(deps: AppPagesDeps) {
  const { browsers, hosts, research } = deps;
  return new Elysia({ name: 'app-jobs', detail: { hide: true } })
    .post(
      '/app/jobs',
      async ({ request }) => {
        const sent: Asked = await browsers.requireForm(request);
        return ask(deps, sent, request.headers.get('hx-request') === 'true');
      },
      { parse: 'none' },
    )
    .get('/app/jobs', async ({ request, query }) =>
      jobList(deps, await browsers.requireViewer(request), query),
    )
    .get('/app/jobs/:id', async ({ request, params }) => {
      const viewer = await browsers.requireViewer(request);
      const id = knownId(params.id, 'research job');
      const inference = await ownInference(deps, id, viewer);
      if (inference) return inferencePage(deps, inference, viewer);
      const view = await research.get(id, viewer.userId);
      return page((nonce) => JobPage({ nonce, viewer, job: propsOf(view) }));
    })
    .get('/app/jobs/:id/status', async ({ request, params }) => {
      const viewer = await browsers.requireViewer(request);
      const inference = await ownInference(deps, knownId(params.id, 'job'), viewer);
      if (inference) return inferenceStatus(inference);
      throw notFound(params.id, 'job');
    })
    .post(
      '/app/jobs/:id/cancellation',
      async ({ request, params }) => {
        const { viewer } = await browsers.requireForm(request);
        const id = knownId(params.id, 'research job');
        if (await ownInference(deps, id, viewer)) await hosts.inference.cancel(id);
        else await research.cancel(id, viewer.userId);
        return redirect(`/app/jobs/${id}`);
      },
      { parse: 'none' },
    )
    .get('/app/jobs/:id/events', async ({ request, params }) => {
      const viewer = await browsers.requireViewer(request);
      const id = knownId(params.id, 'research job');
      const inference = await ownInference(deps, id, viewer);
      if (inference) return followInference(deps, inference, viewer, request.headers);
      return followAsHtml(deps, viewer.userId, id, request.headers);
    })
    .get('/app/jobs/:id/sources/:number', async ({ request, params }) => {
      const viewer = await browsers.requireViewer(request);
      const id = knownId(params.id, 'research job');
      const { row } = await research.get(id, viewer.userId);
      const number = numberOf(params.number);
      const { text, quotes, ...shown } = await research.source(id, viewer.userId, number);
      const passages = passagesOf(text, quotes);
      const { question } = row;
      return page((nonce) =>
        SourcePage({ nonce, viewer, jobId: id, question, passages, ...shown }),
      );
    });
}

function numberOf(raw: string): number {
  if (/^\d{1,4}$/.test(raw)) return Number(raw);
  throw new Fault('not_found', 'sources are numbered: follow a link from the page of the job');
}
