import { afterAll, expect, test } from 'bun:test';
import { seedUser, sondeJson, startServer } from '../support/binary';
import { cleanUp } from '../support/cleanup';
import { clientOf } from '../support/client';
import { hang, html, startSite } from '../support/site';

afterAll(cleanUp);

const question = 'How high is the lighthouse of Skerrow?';

interface Report {
  name: string;
  queries: number;
  found: number;
  error: string | null;
}

async function serverWith(env: Record<string, string>) {
  const server = await startServer({
    env: { SONDE_WEB: 'on', SONDE_FETCH_ALLOW: '127.0.0.0/8', ...env },
  });
  const { key } = await seedUser(server.data);
  return { ...server, client: clientOf(server.url, key) };
}

test('providers that fail or hang are named, and the job completes without them', async () => {
  const broken = startSite({ '/w/api.php': () => new Response('no', { status: 500 }) });
  const silent = startSite({ '/works': hang });
  const { client, stop } = await serverWith({
    SONDE_WIKIPEDIA_URL: broken.url,
    SONDE_OPENALEX_URL: silent.url,
    SONDE_FETCH_TIMEOUT_MS: '200',
  });
  const text = 'The lighthouse of Skerrow is 41 metres high.';
  const { status, json } = await client.research({ question, sources: [{ text }] });
  expect([status, json.status]).toEqual([200, 'completed']);
  expect(json.brief).toContain('41 metres');
  const reports = new Map<string, Report>(
    json.providers.map((report: Report) => [report.name, report]),
  );
  expect([...reports.keys()].sort()).toEqual(['library', 'openalex', 'wikipedia']);
  expect(reports.get('library')?.error).toBeNull();
  expect(reports.get('wikipedia')).toMatchObject({ found: 0, error: expect.stringMatching(/500/) });
  expect(reports.get('openalex')).toMatchObject({
    found: 0,
    error: expect.stringMatching(/did not answer.* 0\.2 s/),
  });
  expect([broken.asked.length > 0, silent.asked.length > 0]).toEqual([true, true]);
  await stop();
});

test('the pages that Wikipedia names are read, cited and verified', async () => {
  const wiki = startSite({
    '/w/api.php': (request) => {
      const asked = new URL(request.url).searchParams;
      expect(asked.get('list')).toBe('search');
      const search = [
        { title: 'Skerrow Lighthouse', snippet: 'The <b>lighthouse</b> of Skerrow' },
        { title: 'Skerrow', snippet: 'Skerrow is an island' },
      ];
      return Response.json({ batchcomplete: true, query: { search } });
    },
    '/wiki/Skerrow_Lighthouse': () =>
      html('<h1>Skerrow Lighthouse</h1><p>The lighthouse of Skerrow is 41 metres high.</p>'),
    '/wiki/Skerrow': () =>
      html('<h1>Skerrow</h1><p>Skerrow is an island whose lighthouse is 41 metres high.</p>'),
  });
  const { client, data, stop } = await serverWith({
    SONDE_WIKIPEDIA_URL: wiki.url,
    SONDE_OPENALEX: 'off',
  });
  const { json } = await client.research({ question });
  expect(json.status).toBe('completed');
  expect(json.sources).toMatchObject([
    { provider: 'wikipedia', url: `${wiki.url}/wiki/Skerrow_Lighthouse` },
    { provider: 'wikipedia', url: `${wiki.url}/wiki/Skerrow` },
  ]);
  expect(json.brief).toMatch(/41 metres high[^\n]*\[\d\]/);
  const report: Report = json.providers.find((entry: Report) => entry.name === 'wikipedia');
  expect([report.found >= 2, report.error]).toEqual([true, null]);
  const verified = await sondeJson(['verify', json.id], { data });
  expect([verified.ok, verified.confirmed > 0]).toEqual([true, true]);

  const asked = wiki.asked.length;
  const off = await client.research({ question, search: { web: false } });
  expect(off.json.providers.map((entry: Report) => entry.name)).toEqual(['library']);
  expect(wiki.asked.length).toBe(asked);
  await stop();
});
