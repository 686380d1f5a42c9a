import { Elysia } from 'elysia';
import type { Billing } from '../billing/service';
import type { ApiDescription } from './api-description';
import { llmsFullText, llmsText } from './llms';
import { originOf } from './origin';
import { pricingOf } from './pricing';
import { robotsText, sitemapXml } from './sitemap';

export interface DiscoveryDeps {
  /** The OpenAPI description as JSON; asked once. */
  describe: () => Promise<string>;
  billing: Pick<Billing, 'plans' | 'packs'>;
  /** Empty to take it from each request. */
  baseUrl: string;
}

/** What agents and crawlers look for, made anew from what is in force at each request. */
export function discoveryRoutes({ describe, billing, baseUrl }: DiscoveryDeps) {
  let description: Promise<ApiDescription> | undefined;
  return new Elysia({ name: 'discovery', detail: { hide: true } })
    .get('/llms.txt', ({ request }) =>
      text(llmsText({ origin: originOf(request, baseUrl), pricing: pricingOf(billing) })),
    )
    .get('/llms-full.txt', async ({ request }) => {
      const origin = originOf(request, baseUrl);
      description ??= describe().then((json) => JSON.parse(json) as ApiDescription);
      return text(
        llmsFullText({ origin, pricing: pricingOf(billing), description: await description }),
      );
    })
    .get('/robots.txt', ({ request }) => text(robotsText(originOf(request, baseUrl))))
    .get('/sitemap.xml', ({ request }) =>
      text(sitemapXml(originOf(request, baseUrl)), 'application/xml'),
    );
}

/** Kept by no cache: the addresses in it may be those that one request named. */
function text(body: string, type = 'text/plain'): Response {
  return new Response(body, {
    headers: {
      'content-type': `${type}; charset=utf-8`,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    },
  });
}
