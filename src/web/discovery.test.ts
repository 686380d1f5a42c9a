import { describe, expect, test } from 'bun:test';
import { silentLog } from '../../tests/support/log';
import { EVENTS, PROBLEMS } from '../../views/facts';
import { PUBLIC_PAGES } from '../../views/navigation';
import { type InfrenceDeps, infrenceModels, infrenceRoutes } from '../api/infrence/routes';
import { createBilling } from '../billing/service';
import { composeApp } from '../http/app';
import { presentError } from '../http/errors';
import { describeApi } from '../http/openapi';
import { Fault, type FaultCode } from '../lib/fault';
import { type ApiDescription, operationsOf } from './api-description';
import { discoveryRoutes } from './discovery';

const billing = createBilling();
/** Routes are described without anything that answers them. */
const described = describeApi({
  additions: { routes: [], models: {} },
  routes: infrenceRoutes({} as InfrenceDeps),
  models: infrenceModels,
  version: '1.2.3',
});
const description = JSON.parse(await described) as ApiDescription;

async function ask(path: string, { baseUrl = '', host = 'localhost' } = {}) {
  const routes = discoveryRoutes({ describe: () => described, billing, baseUrl });
  const app = composeApp({ log: silentLog, routes: [routes] });
  const answer = await app.handle(new Request(`http://localhost${path}`, { headers: { host } }));
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
}

describe('/llms-full.txt', () => {
  test('names every operation of the API, with what it takes and answers', async () => {
    const { text } = await ask('/llms-full.txt');
    const operations = operationsOf(description);
    expect(operations.length).toBeGreaterThan(50);
    for (const { method, path } of operations) expect(text).toContain(`#### ${method} ${path}\n`);
    expect(text).toContain('`question` (string, required): ');
    expect(text).toContain('- Path parameter `id` (string, uuid, required)');
    expect(text).toContain('- 200: Newest first → list of ResearchLogRow');
  });

  test('describes every schema with all its fields', async () => {
    const { text } = await ask('/llms-full.txt');
    const schemas = text.slice(text.indexOf('\n## Schemas'));
    for (const [name, { properties = {} }] of Object.entries(description.components.schemas)) {
      const from = schemas.indexOf(`\n### ${name}\n`);
      expect(from).toBeGreaterThan(0);
      const section = schemas.slice(from).split('\n### ')[1]!;
      for (const field of Object.keys(properties)) expect(section).toContain(`- \`${field}\` (`);
    }
  });

  test('names every price in force', async () => {
    const { text } = await ask('/llms-full.txt');
    for (const price of ['`lite`: 50 credits', '`standard`: 200 credits', '`pro`: 600 credits'])
      expect(text).toContain(price);
    expect(text).toContain('`max`: 10 credits for each source read');
    for (const { id, includedCredits, monthlyPriceCents, isByContact } of billing.plans()) {
      const line = text.split('\n').find((each) => each.includes(`(\`${id}\`)`));
      expect(line).toContain(isByContact ? 'by agreement' : `$${monthlyPriceCents / 100} a month`);
      if (!isByContact) expect(line).toContain(includedCredits.toLocaleString('en-US'));
    }
    for (const { id, credits } of billing.packs())
      expect(text).toMatch(new RegExp(`\\(\`${id}\`\\): ${credits.toLocaleString('en-US')} cred`));
    expect(text).toContain('for $47.50');
  });

  test('follows what is in force, not what was', async () => {
    const [plan] = billing.plans();
    const routes = discoveryRoutes({
      describe: () => described,
      billing: {
        plans: () => [{ ...plan!, name: 'Changed', includedCredits: 7 }],
        packs: () => [],
      },
      baseUrl: '',
    });
    const text = await (await routes.handle(new Request('http://localhost/llms-full.txt'))).text();
    expect(text).toContain('Changed (`free`)');
    expect(text).not.toContain('Developer');
  });

  test('names every event and problem, with the status that is answered', async () => {
    const { text } = await ask('/llms-full.txt');
    for (const name of Object.keys(EVENTS)) expect(text).toContain(`- \`${name}\`: `);
    for (const [code, { status }] of Object.entries(PROBLEMS)) {
      expect(text).toContain(`- ${status} \`${code}\`: `);
      const thrown = code === 'internal' ? new Error() : new Fault(code as FaultCode, 'x');
      expect(presentError('UNKNOWN', thrown, silentLog).status).toBe(status);
    }
  });
});

describe('/llms.txt', () => {
  test('is a title, a summary and sections of links', async () => {
    const { text, headers } = await ask('/llms.txt', { baseUrl: 'https://sonde.example/' });
    expect(headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(text).toMatch(/^# Sonde\n\n> .+\n\n/);
    expect(text.match(/^# /gm)).toHaveLength(1);
    const sections = text.split(/^## /m).slice(1);
    for (const section of sections)
      for (const line of section.trim().split('\n').slice(2))
        expect(line).toMatch(/^- \[[^\]]+\]\(https:\/\/sonde\.example\/[^)]*\): .+/);
    expect(text).toContain('(https://sonde.example/llms-full.txt)');
  });
});

describe('/sitemap.xml', () => {
  test('lists exactly the public pages', async () => {
    const { text, headers } = await ask('/sitemap.xml', { host: 'sonde.lan:8787' });
    expect(headers.get('content-type')).toBe('application/xml; charset=utf-8');
    const places = [...text.matchAll(/<loc>(.*?)<\/loc>/g)].map(([, place]) => place!);
    expect(places).toEqual(PUBLIC_PAGES.map(({ path }) => `http://sonde.lan:8787${path}`));
  });
});

describe('/robots.txt', () => {
  test('keeps crawlers out of the dashboard and the API, and names the sitemap', async () => {
    const { text } = await ask('/robots.txt', { baseUrl: 'https://sonde.example' });
    for (const line of ['Disallow: /app', 'Disallow: /api/', 'Allow: /'])
      expect(text.split('\n')).toContain(line);
    expect(text).toContain('\nSitemap: https://sonde.example/sitemap.xml\n');
  });
});

describe.each(['/llms.txt', '/llms-full.txt', '/robots.txt', '/sitemap.xml'])('%s', (path) => {
  test.each([
    'evil.example/path',
    'a<b>',
    'evil.example"',
    'user@evil.example',
    'evil.example:port',
    'a..b',
    'evil.example#',
    '[::1',
    'x'.repeat(300),
  ])('refuses the forged Host %j', async (host) => {
    const { status, text } = await ask(path, { host });
    expect(status).toBe(400);
    expect(text).not.toContain(host);
  });

  test('takes the configured address, whatever the Host', async () => {
    const { status, text } = await ask(path, {
      baseUrl: 'https://sonde.example',
      host: 'evil.example',
    });
    expect(status).toBe(200);
    expect(text).toContain('https://sonde.example');
    expect(text).not.toContain('evil.example');
  });

  test('is kept by no cache: its addresses may be those of one request', async () => {
    const { headers } = await ask(path, { host: '[::1]:8787' });
    expect(headers.get('cache-control')).toBe('no-store');
  });
});
