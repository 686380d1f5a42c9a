import { describe, expect, test } from 'bun:test';
import { assetRoutes } from './assets';

const app = assetRoutes();

function ask(path: string, headers: Record<string, string> = {}) {
  return app.handle(new Request(`http://localhost${path}`, { headers }));
}

describe.each([
  ['/assets/style.css', 'text/css; charset=utf-8'],
  ['/assets/htmx.js', 'text/javascript; charset=utf-8'],
  ['/assets/htmx-sse.js', 'text/javascript; charset=utf-8'],
])('%s', (path, type) => {
  test('is sent once, and then only when it has changed', async () => {
    const first = await ask(path);
    expect(first.status).toBe(200);
    expect(first.headers.get('content-type')).toBe(type);
    expect((await first.text()).length).toBeGreaterThan(1_000);
    const etag = first.headers.get('etag')!;

    for (const known of [etag, `W/${etag}`, `"other", ${etag}`]) {
      const again = await ask(path, { 'if-none-match': known });
      expect(again.status).toBe(304);
      expect(await again.text()).toBe('');
    }
    expect((await ask(path, { 'if-none-match': '"other"' })).status).toBe(200);
  });

  test('names no other origin to load from', async () => {
    const text = await (await ask(path)).text();
    expect(text).not.toMatch(/url\(\s*['"]?(https?:)?\/\/|@import|import\s*\(\s*['"]https?:/);
  });
});
