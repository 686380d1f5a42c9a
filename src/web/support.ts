import { Elysia } from 'elysia';
import { SupportPage } from '../../views/pages/support/show';
import type { Support } from '../support/service';
import { page } from './page';
import { answerOf, redirect, refusalIn, refusedBy } from './refusal';
import type { Browsers } from './session';

export interface SupportFormDeps {
  support: Pick<Support, 'open'>;
  browsers: Pick<Browsers, 'requireForm'>;
}

/** What a user writes to the admins; refused, it comes back as it was written. */
export function supportFormRoutes({ support, browsers }: SupportFormDeps) {
  return new Elysia({ name: 'support-form', detail: { hide: true } }).post(
    '/app/tickets',
    async ({ request }) => {
      const { viewer, form } = await browsers.requireForm(request);
      const { category = '', subject = '', body = '' } = form;
      const written = { category, subject, body };
      try {
        await support.open({ userId: viewer.userId, email: viewer.email, ...written });
        return redirect('/support?sent');
      } catch (thrown) {
        const refused = refusedBy(thrown);
        return page(
          (nonce) => SupportPage({ nonce, viewer, written, ...refusalIn(refused) }),
          answerOf(refused),
        );
      }
    },
    { parse: 'none' },
  );
}
