import { Elysia } from 'elysia';
import { JobPage } from '../../../views/pages/job/show';
import { SourcePage } from '../../../views/pages/source/show';
import { knownId } from '../../http/validate';
import { Fault } from '../../lib/fault';
import { page } from '../page';
import { redirect } from '../refusal';
import { type Asked, ask } from './ask';
import type { AppPagesDeps } from './deps';
import { followAsHtml, propsOf } from './job-events';
import { passagesOf } from './passages';

/** Research: asking, following, reading. */
export function jobPages(deps: AppPagesDeps) {
  const { browsers, research } = deps;
  return new Elysia({ name: 'app-jobs', detail: { hide: true } })
    .post(
      '/app/jobs',
      async ({ request }) => {
        const sent: Asked = await browsers.requireForm(request);
        return ask(deps, sent, request.headers.get('hx-request') === 'true');
      },
      { parse: 'none' },
    )
    .get('/app/jobs', () => redirect('/app#jobs'))
    .get('/app/jobs/:id', async ({ request, params }) => {
      const viewer = await browsers.requireViewer(request);
      const view = await research.get(knownId(params.id, 'research job'), viewer.userId);
      return page((nonce) => JobPage({ nonce, viewer, job: propsOf(view) }));
    })
    .get('/app/jobs/:id/events', async ({ request, params }) => {
      const { userId } = await browsers.requireViewer(request);
      return followAsHtml(deps, userId, knownId(params.id, 'research job'), request.headers);
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
