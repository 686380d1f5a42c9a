import { describe, expect, test } from 'bun:test';
import { Elysia } from 'elysia';
import { parseHTML } from 'linkedom';
import { silentLog } from '../../tests/support/log';
import type { Viewer } from '../../views/layout';
import { ownPages, PUBLIC_PAGES } from '../../views/navigation';
import { createBilling } from '../billing/service';
import { composeApp } from '../http/app';
import { listen } from '../http/listen';
import { createHome, publicRoutes } from './public';

const billing = createBilling();
const ana: Viewer = {
  email: '<script>alert(1)</script>"@example.com',
  isAdmin: false,
  csrfToken: 'token"><b>',
};
const PAGES = PUBLIC_PAGES.filter(({ isSignIn }) => !isSignIn).map(({ path }) => path);

function ask(
  path: string,
  {
    viewer = null,
    headers = {},
  }: { viewer?: Viewer | null; headers?: Record<string, string> } = {},
) {
  const deps = { viewerOf: async () => viewer, billing, baseUrl: '' };
  const { page } = createHome(deps);
  const home = new Elysia().get('/', ({ request }) => page(request));
  const app = composeApp({ log: silentLog, routes: [home, publicRoutes(deps)] });
  return app.handle(new Request(`http://localhost${path}`, { headers }));
}

async function read(path: string, viewer: Viewer | null = null) {
  const answer = await ask(path, { viewer });
  const html = await answer.text();
  return { answer, html, document: parseHTML(html).document };
}

const addressesOf = ({ document }: Pick<Awaited<ReturnType<typeof read>>, 'document'>) =>
  [...document.querySelectorAll('[src], link[href], form[action]')].map(
    (element) =>
      element.getAttribute('src') ?? element.getAttribute('href') ?? element.getAttribute('action'),
  );

describe.each(PAGES)('%s', (path) => {
  test('is a whole page with one heading, one main part, and a title', async () => {
    const { answer, html, document } = await read(path);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(html).toStartWith('<!doctype html><html lang="en">');
    expect(document.querySelectorAll('main')).toHaveLength(1);
    expect(document.querySelectorAll('h1')).toHaveLength(1);
    expect(document.title).toEndWith(' · Sonde');
    expect(document.querySelectorAll('[aria-current="page"]')).toHaveLength(1);
  });

  test('loads nothing from elsewhere, whoever looks', async () => {
    for (const viewer of [null, ana]) {
      const { document } = await read(path, viewer);
      const addresses = addressesOf({ document });
      expect(addresses).toContain('/assets/style.css');
      for (const address of addresses) expect(address).toMatch(/^(\/(?!\/)|data:)/);
      expect(document.querySelectorAll('[style], style, [onclick]')).toHaveLength(0);
    }
  });

  test('allows no script but by a nonce that no other answer has', async () => {
    const policies = [await ask(path), await ask(path)].map((answer) => {
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
      expect(answer.headers.get('cache-control')).toBe('no-store');
      return answer.headers.get('content-security-policy') ?? '';
    });
    for (const policy of policies) {
      expect(policy).toMatch(/script-src 'nonce-[A-Za-z0-9+/]{22}=='$/);
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toContain('unsafe');
    }
    expect(policies[0]).not.toBe(policies[1]!);
  });

  test('shows an address with markup as text', async () => {
    const { html, document } = await read(path, ana);
    expect(document.querySelector('.who')?.textContent).toBe(ana.email);
    expect(document.querySelectorAll('script')).toHaveLength(0);
    expect(html).not.toContain('<script');
  });

  test('links only to pages that exist', async () => {
    const known = [...PUBLIC_PAGES.map((page) => page.path), '/api/docs', '/api/openapi.json'];
    known.push('/llms.txt', '/llms-full.txt', ...ownPages(ana).map((page) => page.path));
    for (const viewer of [null, ana]) {
      const { document } = await read(path, viewer);
      const links = [...document.querySelectorAll('a')].map((link) => link.getAttribute('href'));
      const paths = links.map((link) => link?.split('#')[0] ?? '').filter((path) => path !== '');
      for (const path of paths) expect(known).toContain(path);
    }
  });
});

describe('the navigation', () => {
  test('offers signing in to a guest, and signing out to a user', async () => {
    const guest = (await read('/faq')).document;
    expect(guest.querySelector('a[href="/login"]')).not.toBeNull();
    expect(guest.querySelector('form[action="/logout"]')).toBeNull();

    const user = (await read('/faq', ana)).document;
    expect(user.querySelector('a[href="/login"]')).toBeNull();
    expect(user.querySelector('a[href="/app"]')).not.toBeNull();
    const form = user.querySelector('form[action="/logout"]');
    expect(form?.getAttribute('method')).toBe('post');
    expect(form?.querySelector('[name="csrf_token"]')?.getAttribute('value')).toBe(ana.csrfToken);
  });
});

describe('/pricing', () => {
  test('names every price in force', async () => {
    const text = (await read('/pricing')).document.querySelector('main')?.textContent ?? '';
    for (const price of ['50 credits', '200 credits', '600 credits', '10 credits for each source'])
      expect(text).toContain(price);
    for (const { name, features } of billing.plans())
      for (const words of [name, ...features]) expect(text).toContain(words);
    for (const { credits } of billing.packs())
      expect(text).toContain(`${credits.toLocaleString('en-US')} credits`);
    for (const price of ['$29 a month', '$149 a month', '$499 a month', '$47.50', '$180', '$0.01'])
      expect(text).toContain(price);
  });
});

describe('/support', () => {
  test('has a form for users only', async () => {
    expect((await read('/support')).document.querySelector('main form')).toBeNull();
    const form = (await read('/support', ana)).document.querySelector('main form');
    expect(form?.getAttribute('action')).toBe('/app/tickets');
    expect(
      [...form!.querySelectorAll('[name]')].map((field) => field.getAttribute('name')),
    ).toEqual(['csrf_token', 'category', 'subject', 'body']);
    for (const field of form!.querySelectorAll('select, input:not([type=hidden]), textarea'))
      expect(form!.querySelector(`label[for="${field.id}"]`)).not.toBeNull();
  });
});

describe('samples', () => {
  test('name the address that the request was sent to', async () => {
    const answer = await ask('/docs', { headers: { host: 'sonde.lan:8787' } });
    expect(await answer.text()).toContain('curl -sS http://sonde.lan:8787/v1/research');
  });

  test.each(['evil.example/"><script>', "a'b", 'user@host', 'a b', '', 'x'.repeat(300)])(
    'do not carry the forged Host %j',
    async (host) => {
      for (const path of ['/', '/docs']) {
        const answer = await ask(path, { headers: { host } });
        expect(answer.status).toBe(400);
        if (host) expect(await answer.text()).not.toContain(host);
      }
    },
  );

  test('are refused over real HTTP too, where a bad Host leaves no address to parse', async () => {
    const routes = publicRoutes({ viewerOf: async () => null, billing, baseUrl: '' });
    const app = composeApp({ log: silentLog, routes: [routes] });
    const listening = listen(app, { host: '127.0.0.1', port: 0 });
    try {
      const headers = { host: 'evil"<x>' };
      expect((await fetch(`${listening.url}/docs`, { headers })).status).toBe(400);
      expect((await fetch(`${listening.url}/support?sent`, { headers })).status).toBe(200);
      const well = await fetch(`${listening.url}/docs`);
      expect(await well.text()).toContain(`curl -sS ${listening.url}/v1/research`);
    } finally {
      await listening.stop(0);
    }
  });
});
