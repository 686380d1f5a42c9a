import { Elysia } from 'elysia';
import type { Viewer } from '../../views/layout';
import { DocsPage } from '../../views/pages/docs/show';
import { FaqPage } from '../../views/pages/faq/show';
import { HomePage } from '../../views/pages/home/show';
import { PricingPage } from '../../views/pages/pricing/show';
import { SupportPage } from '../../views/pages/support/show';
import type { Billing } from '../billing/service';
import { originOf } from './origin';
import { page } from './page';
import { pricingOf } from './pricing';

export interface PublicDeps {
  viewerOf: (request: Request) => Promise<Viewer | null>;
  billing: Pick<Billing, 'plans' | 'packs'>;
  /** Empty to take it from each request. */
  baseUrl: string;
}

/** What a browser is shown at `/`, where programs ask too: a dialect has that route. */
export function createHome({ viewerOf, baseUrl }: Omit<PublicDeps, 'billing'>) {
  return {
    async page(request: Request): Promise<Response> {
      const viewer = await viewerOf(request);
      const origin = originOf(request, baseUrl);
      return page((nonce) => HomePage({ nonce, viewer, origin }));
    },
    /** Throws Fault `invalid_request` for a Host that is none. */
    docsUrl: (request: Request): string => `${originOf(request, baseUrl)}/docs`,
  };
}

/** Pages that need no session; who has one sees their own navigation. */
export function publicRoutes({ viewerOf, billing, baseUrl }: PublicDeps) {
  return new Elysia({ name: 'public', detail: { hide: true } })
    .get('/docs', async ({ request }) => {
      const viewer = await viewerOf(request);
      const origin = originOf(request, baseUrl);
      return page((nonce) => DocsPage({ nonce, viewer, origin }));
    })
    .get('/pricing', async ({ request }) => {
      const viewer = await viewerOf(request);
      return page((nonce) => PricingPage({ nonce, viewer, pricing: pricingOf(billing) }));
    })
    .get('/faq', async ({ request }) => {
      const viewer = await viewerOf(request);
      return page((nonce) => FaqPage({ nonce, viewer }));
    })
    .get('/support', async ({ request, query }) => {
      const viewer = await viewerOf(request);
      const isSent = 'sent' in query;
      return page((nonce) => SupportPage({ nonce, viewer, isSent }));
    });
}
