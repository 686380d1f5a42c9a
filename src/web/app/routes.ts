import { Elysia } from 'elysia';
import copyPath from '../../../views/pages/app/copy.js.txt' with { type: 'file' };
import { answerOf, redirect, refusedBy } from '../refusal';
import { dashboard } from './dashboard';
import type { AppPagesDeps } from './deps';
import { jobPages } from './jobs';
import { keyPages } from './keys';
import { modelPages } from './models';

/** Everything under /app: what who is signed in sees and does. */
export function appPages(deps: AppPagesDeps) {
  return [homePages(deps), keyPages(deps), jobPages(deps), modelPages(deps)];
}

function homePages(deps: AppPagesDeps) {
  const { auth, browsers } = deps;
  return new Elysia({ name: 'app', detail: { hide: true } })
    .get('/app', async ({ request }) => dashboard(deps, await browsers.requireViewer(request)))
    .get('/app/copy.js', () => script(copyPath))
    .post(
      '/app/password',
      async ({ request }) => {
        const { viewer, form } = await browsers.requireForm(request);
        try {
          const owner = await auth.setFirstPassword(viewer.userId, form.password ?? '');
          return redirect('/app', await browsers.signIn(request, owner));
        } catch (thrown) {
          const refused = refusedBy(thrown);
          const extras = { password: { refusal: refused.refusal } };
          return dashboard(deps, viewer, extras, answerOf(refused));
        }
      },
      { parse: 'none' },
    );
}

function script(path: string): Response {
  return new Response(Bun.file(path), {
    headers: {
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
    },
  });
}
