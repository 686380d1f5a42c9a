import { Elysia } from 'elysia';
import ssePath from 'htmx.org/dist/ext/hx-sse.min.js' with { type: 'file' };
import htmxPath from 'htmx.org/dist/htmx.min.js' with { type: 'file' };
import stylePath from '../../views/assets/style.css' with { type: 'file' };

/** What pages load, all of it from inside the binary. `/assets/htmx-sse.js` is htmx.js with its
 * extension: in two files, htmx may look at the page before the extension is there to be told. */
export function assetRoutes() {
  return new Elysia({ name: 'assets', detail: { hide: true } })
    .get('/assets/style.css', serving([stylePath], 'text/css'))
    .get('/assets/htmx.js', serving([htmxPath], 'text/javascript'))
    .get('/assets/htmx-sse.js', serving([htmxPath, ssePath], 'text/javascript'));
}

/** Asked for again on every page, and sent only if it changed: a new version is never mixed with
 * files of the old one. */
function serving(paths: string[], type: string) {
  let loaded: Promise<{ bytes: Uint8Array<ArrayBuffer>; etag: string }> | undefined;
  return async ({ request }: { request: Request }): Promise<Response> => {
    loaded ??= load(paths);
    const { bytes, etag } = await loaded;
    const headers = {
      etag,
      'cache-control': 'public, no-cache',
      'content-type': `${type}; charset=utf-8`,
      'x-content-type-options': 'nosniff',
    };
    if (isKnown(request, etag)) return new Response(null, { status: 304, headers });
    return new Response(bytes, { headers });
  };
}

/** As one file; each of them begins on a line of its own. */
async function load(paths: string[]) {
  const texts = await Promise.all(paths.map((path) => Bun.file(path).text()));
  const bytes = new TextEncoder().encode(texts.join('\n'));
  return { bytes, etag: `"${Bun.SHA256.hash(bytes, 'base64url')}"` };
}

/** A proxy that compresses makes the tag a weak one. */
function isKnown(request: Request, etag: string): boolean {
  const tags = request.headers.get('if-none-match')?.split(',') ?? [];
  return tags.some((tag) => tag.trim().replace(/^W\//, '') === etag);
}
