import { Elysia } from 'elysia';
import stylePath from 'swagger-ui-dist/swagger-ui.css' with { type: 'file' };
import bundlePath from 'swagger-ui-dist/swagger-ui-bundle.js' with { type: 'file' };
import { ApiDocsPage } from '../../views/pages/api-docs/show';
import startPath from '../../views/pages/api-docs/start.js.txt' with { type: 'file' };

/** Nothing is loaded from elsewhere; Swagger UI sets styles and data images by itself. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/** The API description for people, and for machines: `describe` is asked once. */
export function apiDocsRoutes(describe: () => Promise<string>) {
  let description: Promise<string> | undefined;
  return new Elysia({ name: 'api-docs', detail: { hide: true } })
    .get('/api/openapi.json', async () => {
      description ??= describe();
      return new Response(await description, { headers: { 'content-type': 'application/json' } });
    })
    .get('/api/docs', () => page(ApiDocsPage()))
    .get('/api/docs/swagger-ui.css', () => asset(stylePath, 'text/css'))
    .get('/api/docs/swagger-ui.js', () => asset(bundlePath, 'text/javascript'))
    .get('/api/docs/start.js', () => asset(startPath, 'text/javascript'));
}

async function page(html: string | Promise<string>): Promise<Response> {
  return new Response(`<!doctype html>${await html}`, {
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': POLICY,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    },
  });
}

function asset(path: string, type: string): Response {
  return new Response(Bun.file(path), {
    headers: {
      'content-type': `${type}; charset=utf-8`,
      'cache-control': 'public, max-age=3600',
      'x-content-type-options': 'nosniff',
    },
  });
}
