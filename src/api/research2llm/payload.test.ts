import { afterAll, afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { cleanUp } from '../../../tests/support/cleanup';
import { type Found, fixedProvider, openJobApi } from '../../../tests/support/job-api';
import { buildPdf } from '../../../tests/support/pdf';
import { html, startSite } from '../../../tests/support/site';
import { snapshotOf } from '../../../tests/support/snapshot';

afterAll(cleanUp);

const DAY_MS = 86_400_000;
const NOW_MS = Date.UTC(2026, 2, 10);
const BRIDGE = 'How long is the Vessby bridge?';
const ANSWER = 'The Vessby bridge is 412 metres long.';
const MICROS = 1_000_000;

type Api = Awaited<ReturnType<typeof openJobApi>>;
let api: Api;
let key: { 'x-api-key': string };
beforeEach(async () => {
  api = await openJobApi(NOW_MS);
  await api.addUser('ann', 100_000);
  key = await api.newKey('ann');
});
afterEach(() => api.file.close());

/** The result of a job with these fields in its payload. */
async function resultOf(payload: Record<string, unknown>) {
  const body = { type: 'research', payload: { topic: BRIDGE, ...payload } };
  const accepted = await api.call('POST', '/jobs', key, body);
  expect(accepted.status).toBe(202);
  await api.perform();
  const job = (await api.call('GET', `/jobs/${accepted.body.job_id}`, key)).body;
  expect(job.status).toBe('done');
  return job.result_ref;
}

const urlsOf = (result: { sources: { url: string }[] }) => result.sources.map(({ url }) => url);

/** Pages on one host, each saying the same of another bridge. */
function manyPages(count: number): Found[] {
  const paths = Array.from({ length: count }, (_, index) => `/bridge-${index}`);
  const text = (index: number) => `The bridge of town ${index} is ${400 + index} metres long.`;
  const { url } = startSite(Object.fromEntries(paths.map((path, index) => [path, text(index)])));
  return paths.map((path, index) => ({ url: url + path, title: `Bridge ${index} is long` }));
}

const NAMES = 'Anna Quillberg,Karl Aaronsen,Ida Morvik,Otto Brandvold,Mina Torsby,Leif Haugland'
  .concat(',Siri Nordheim,Emil Kvistad,Runa Solbakken,Arne Fjeldsted,Tove Lindqvist,Olav Gravdal')
  .split(',');

/** A page on a host of this name, and where it is. */
function pageOn(host: string, path: string, body: string): string {
  const { url } = startSite({ [path]: body });
  return url.replace('127.0.0.1', `${host}.localhost`) + path;
}

describe('budget', () => {
  const topic = Array.from({ length: 12 }, (_, index) => `Who built bridge ${index}?`).join(' ');

  test.each([
    ['low', 3, 5, 50],
    ['medium', 6, 20, 200],
    ['high', 9, 60, 600],
  ])(
    '%s researches %i sub-questions, reads %i sources and costs %i credits',
    async (budget, subQuestions, sources, credits) => {
      api.providers.push(fixedProvider(manyPages(70)));
      const search = { results_per_query: 100 };
      const result = await resultOf({ topic, budget, preset: 'general', search });
      expect(result.plan.sub_questions).toHaveLength(subQuestions);
      expect(result.sources).toHaveLength(sources);
      expect(result.stats.cost_usd).toBe(credits / 100);
      expect((await api.credits.balance('ann')).availableMicros).toBe((100_000 - credits) * MICROS);
    },
  );

  test.each([
    ['low', 1],
    ['medium', 2],
    ['high', 4],
  ])('%s goes on for at most %i rounds', async (budget, rounds) => {
    // Every round finds another page that answers nothing and brings up another name.
    let asked = 0;
    api.providers.push({
      name: 'endless',
      async search() {
        const at = asked++;
        const url = pageOn(
          `host-${at}`,
          '/',
          // The later, the shorter: so it ranks before those of the rounds before.
          `The Vessby bridge was named by ${NAMES[at % NAMES.length]}${' in a year of rain'.repeat(Math.max(0, 12 - at))}.`,
        );
        const hit = { url, title: `Vessby bridge ${at}`, provider: 'endless' };
        return [{ ...hit, snippet: null, doi: null, snapshotHash: null }];
      },
    });
    const { stats } = await resultOf({ budget, preset: 'general' });
    expect([stats.rounds, stats.stop_reason]).toEqual([rounds, 'max_rounds']);
  });
});

test('a topic that asks nothing is parted into as many facets as the budget has', async () => {
  const topic = 'LLM context window limits';
  for (const [budget, count] of [
    ['low', 3],
    ['medium', 6],
    ['high', 9],
  ] as const) {
    const { plan } = await resultOf({ topic, budget, language: 'en' });
    expect(plan.sub_questions).toHaveLength(count);
    for (const question of plan.sub_questions) expect(question).toStartWith(topic);
  }
  const own = ['Which model has the longest?'];
  expect((await resultOf({ topic, sub_questions: own })).plan.sub_questions).toEqual(own);
});

describe('preset', () => {
  const PDF = 'application/pdf';

  function news(): Record<string, Found> {
    const { url } = startSite({
      '/fresh': ANSWER,
      '/undated': `${ANSWER} It has two towers.`,
      '/stale': `${ANSWER} It has three towers.`,
      '/2026/02/01/old': `${ANSWER} It has four towers.`,
      '/paper.pdf': () =>
        new Response(buildPdf({ pages: [[ANSWER]] }), { headers: { 'content-type': PDF } }),
      '/download': () =>
        new Response(buildPdf({ pages: [['The Vessby bridge is long.']] }), {
          headers: { 'content-type': PDF },
        }),
      '/digest': `${ANSWER} It has five towers.`,
      '/other': 'The Orrin ferry sails twice a day.',
    });
    const title = 'Vessby bridge is long';
    return {
      fresh: { url: `${url}/fresh`, title, publishedMs: NOW_MS - 6 * DAY_MS },
      undated: { url: `${url}/undated`, title },
      stale: { url: `${url}/stale`, title, publishedMs: NOW_MS - 8 * DAY_MS },
      old: { url: `${url}/2026/02/01/old`, title },
      paper: { url: `${url}/paper.pdf`, title },
      download: { url: `${url}/download`, title },
      digest: { url: `${url}/digest`, title: 'Daily briefing: Vessby bridge is long' },
      other: { url: `${url}/other`, title: 'Ferry timetable', snippet: 'How it sails' },
    };
  }

  test('news, which is the default, keeps what may be new and is no PDF, no round-up and on topic', async () => {
    const found = news();
    for (const payload of [{}, { preset: 'news' }]) {
      api.providers.splice(0, 1, fixedProvider(Object.values(found)));
      const result = await resultOf(payload);
      expect(urlsOf(result).sort()).toEqual(
        [found.fresh?.url, found.undated?.url].sort() as string[],
      );
    }
  });

  test.each(['general', 'scientific'])('%s reads them all', async (preset) => {
    const found = Object.values(news());
    api.providers.push(fixedProvider(found));
    expect(urlsOf(await resultOf({ preset })).sort()).toEqual(found.map(({ url }) => url).sort());
  });

  test('scientific looks at the whole of a longer body', async () => {
    const filler = 'Nothing of note was seen on the shore that day. '.repeat(3_000);
    const text = `The Vessby bridge has two towers. ${filler}\n\n${ANSWER}`;
    const packed = await api.library.packSnapshot(snapshotOf(text));
    await api.db.write((tx) => api.library.putSnapshot(tx, packed));
    const span = { start: 0, end: 40 };
    const hit = { url: 'library:long', title: 'Long', snippet: null, doi: null };
    api.providers.push({
      name: 'library',
      search: async () => [
        { ...hit, provider: 'library', snapshotHash: packed.hash, spans: [span] },
      ],
    });
    const textsOf = async (preset: string) =>
      (await resultOf({ preset })).findings
        .filter(({ status }: { status: string }) => status !== 'NEI')
        .map(({ text: found }: { text: string }) => found);
    expect(await textsOf('general')).not.toContain(ANSWER);
    expect(await textsOf('scientific')).toContain(ANSWER);
  });
});

test('language is the one that is searched in; Polish, unless the operator says otherwise', async () => {
  const provider = fixedProvider([]);
  api.providers.push(provider);
  await resultOf({});
  await resultOf({ language: 'EN' });
  await resultOf({ language: 'de-AT' });
  expect([...new Set(provider.asked.map(({ language }) => language))]).toEqual(['pl', 'en', 'de']);
});

test('posture: broad honours an opt-out of training too, and then shows the snippet alone', async () => {
  const noai = '<!doctype html><meta name="robots" content="noai">';
  const page = `${noai}<title>Vessby bridge</title><article>${ANSWER} It has two towers.</article>`;
  const { url } = startSite({
    '/a': () => new Response(page, { headers: { 'content-type': 'text/html' } }),
  });
  const hit = { url: `${url}/a`, title: BRIDGE, snippet: 'The Vessby bridge is long.' };
  const sourceOf = async (posture: object) => {
    api.providers.splice(0, 1, fixedProvider([hit]));
    const { sources } = await resultOf({ return_source_content: 'html', ...posture });
    return sources;
  };
  const read = [{ opt_out_tier: 2, fetched: true, content_kind: 'html' }];
  expect(await sourceOf({})).toMatchObject(read);
  expect(await sourceOf({ posture: 'narrow' })).toMatchObject(read);
  const shown = [{ opt_out_tier: 2, fetched: false, content_kind: null }];
  expect(await sourceOf({ posture: 'broad' })).toMatchObject(shown);
  expect(api.reads.map((options) => options?.posture)).toEqual(['narrow', 'narrow', 'broad']);
});

describe('max_cost_usd', () => {
  test('meters the job: it holds the limit and costs what it used', async () => {
    api.providers.push(fixedProvider(manyPages(3), { costUsdMicros: 30_000 }));
    const { sources, stats } = await resultOf({
      preset: 'general',
      budget: 'low',
      max_cost_usd: 5,
    });
    expect(sources).toHaveLength(3);
    expect(stats.cost_usd).toBe(0.33);
    expect((await api.credits.balance('ann')).availableMicros).toBe((100_000 - 33) * MICROS);
  });

  test('stops the job before the call that would not fit, and says so', async () => {
    const provider = fixedProvider(manyPages(10), { costUsdMicros: 30_000 });
    api.providers.push(provider);
    const payload = { preset: 'general', budget: 'high' };
    const few = await resultOf({ ...payload, max_cost_usd: 0.25 });
    expect(few.sources).toHaveLength(2);
    expect(few.stats).toMatchObject({ stop_reason: 'budget', cost_usd: 0.23 });
    expect(provider.asked).toHaveLength(1);

    const none = await resultOf({ ...payload, max_cost_usd: 0.029_999 });
    expect(none.sources).toEqual([]);
    expect(none.stats).toMatchObject({ stop_reason: 'budget', cost_usd: 0, serper_calls: 0 });
    expect(provider.asked).toHaveLength(1);
  });

  test('is never passed, whatever the limit and the prices, and no call is forgotten', async () => {
    const found = manyPages(12);
    for (const [limit, first, second] of [
      [0.01, 9_999, 2],
      [0.35, 49_999, 1],
      [0.57, 10_001, 77_777],
      [1.1, 99_999, 99_999],
      [2.003, 1, 330_000],
    ] as const) {
      const providers = [first, second].map((costUsdMicros, index) =>
        fixedProvider(found, { name: `priced-${index}`, costUsdMicros }),
      );
      api.providers.splice(0, 2, ...providers);
      const sub_questions = ['How wide is it?', 'Who built it?'];
      const { sources, stats } = await resultOf({
        preset: 'general',
        budget: 'high',
        max_cost_usd: limit,
        sub_questions,
      });
      const called = providers.reduce(
        (sum, { asked, costUsdMicros = 0 }) => sum + asked.length * costUsdMicros,
        0,
      );
      expect(Math.round(stats.cost_usd * MICROS)).toBe(called + sources.length * 100_000);
      expect(stats.cost_usd).toBeLessThanOrEqual(limit);
      expect(stats.stop_reason).toBe('budget');
    }
  });

  test('counts what a call cost before the job was lost and begun again', async () => {
    const provider = fixedProvider(manyPages(10), { costUsdMicros: 30_000 });
    api.providers.push(provider);
    let lose = async () => {};
    const { url } = startSite({
      '/seed': async () => {
        await lose();
        return html('The Orrin ferry was painted green.');
      },
    });
    const seed_sources = [{ url: `${url}/seed` }];
    const payload = { topic: BRIDGE, preset: 'general', max_cost_usd: 0.26, seed_sources };
    const { body } = await api.call('POST', '/jobs', key, { type: 'research', payload });
    const [claimed] = await api.queue.claim('research', 1, 30_000);
    if (!claimed) throw new Error('no job is queued');
    const again = { dueMs: NOW_MS, attempts: 0, error: null, keepsPlace: true };
    lose = () => api.queue.giveBack(claimed, again);
    await api.runner.perform(claimed);
    lose = async () => {};
    await api.perform();
    const { stats, sources } = (await api.call('GET', `/jobs/${body.job_id}`, key)).body.result_ref;
    expect(provider.asked).toHaveLength(2);
    expect([sources.length, stats.cost_usd]).toEqual([2, 0.26]);
  });
});

describe('sub_questions', () => {
  test('are the plan, in their order and all of them, and each is searched for', async () => {
    const provider = fixedProvider([]);
    api.providers.push(provider);
    const sub_questions = ['Who built it?', 'How wide is it?', 'When?', 'Why?', 'Which paint?'];
    const { plan } = await resultOf({ budget: 'low', sub_questions });
    expect(plan.sub_questions).toEqual(sub_questions);
    const asked = provider.asked.map(({ text }) => text);
    for (const question of sub_questions) expect(asked).toContain(question);
  });
});

describe('seed_sources', () => {
  test('are read and cited as seeds, and borne out by what is found', async () => {
    const url = pageOn('seed', '/a', 'The Orrin ferry was painted green in 1990.');
    const web = pageOn('paper', '/b', 'After years of work the Vessby bridge is 412 metres long.');
    api.providers.push(fixedProvider([{ url: web, title: 'Vessby bridge is long' }]));
    const seed_sources = [{ text: ANSWER }, { url }];
    const { sources, findings } = await resultOf({ seed_sources, preset: 'general' });
    expect(sources).toMatchObject([
      { id: 'src_1', kind: 'seed', channel: 'seed' },
      { id: 'src_2', kind: 'seed', channel: 'seed', url },
      { id: 'src_3', kind: 'web', channel: 'web', url: web },
    ]);
    expect(findings[0]).toMatchObject({ status: 'established' });
    expect([...findings[0].citations].sort()).toEqual(['src_1', 'src_3']);
  });
});

describe('search', () => {
  test('results_per_query bounds what is asked for and what is taken', async () => {
    const provider = fixedProvider(manyPages(8));
    api.providers.push(provider);
    const search = { results_per_query: 3 };
    expect((await resultOf({ preset: 'general', search })).sources).toHaveLength(3);
    expect(provider.asked[0]?.limit).toBe(3);
  });

  test.each([
    ['qdr:d', 1],
    ['qdr:d3', 3],
    ['qdr:w', 7],
    ['qdr:m2', 60],
    ['qdr:y', 365],
  ])('freshness %s takes what is at most %i days old', async (freshness, days) => {
    const [recent, stale] = manyPages(2) as [Found, Found];
    const ageMs = days * DAY_MS;
    const provider = fixedProvider([
      { ...recent, publishedMs: NOW_MS - ageMs },
      { ...stale, publishedMs: NOW_MS - ageMs - 1 },
    ]);
    api.providers.push(provider);
    const result = await resultOf({ preset: 'general', search: { freshness } });
    expect(urlsOf(result)).toEqual([recent.url]);
    expect(provider.asked[0]?.publishedAfterMs).toBe(NOW_MS - ageMs);
  });

  test('an empty freshness takes any age, in the news too', async () => {
    const [page] = manyPages(1) as [Found];
    const provider = fixedProvider([{ ...page, title: BRIDGE, publishedMs: 0 }]);
    api.providers.push(provider);
    expect((await resultOf({ search: { freshness: '' } })).sources).toHaveLength(1);
    expect(provider.asked[0]?.publishedAfterMs).toBeNull();
  });

  test.each([
    ['web', ['web']],
    ['news', ['news']],
    ['hybrid', ['news', 'web']],
    [undefined, ['news', 'web']],
  ])('channel %s asks the providers of %j; news asks both by itself', async (channel, asked) => {
    const urls = ['web', 'news'].map((name) => {
      const url = pageOn(name, '/a', `${ANSWER} The ${name} says so.`);
      const named = { name, channel: name as 'web' | 'news' };
      api.providers.push(fixedProvider([{ url, title: BRIDGE }], named));
      return url;
    });
    const result = await resultOf(channel === undefined ? {} : { search: { channel } });
    const channels = result.sources.map((source: { channel: string }) => source.channel);
    expect([...channels].sort()).toEqual(asked);
    expect(urls).toEqual(expect.arrayContaining(urlsOf(result)));
  });

  test('site_include and site_exclude hold for a host and those below it, however it is written', async () => {
    const urls = ['town.example', 'archive.town.example', 'other.example'].map((host) =>
      pageOn(host, '/a', `${ANSWER} So says ${host}.`),
    );
    const [town, archive, other] = urls as [string, string, string];
    api.providers.push(fixedProvider(urls.map((url) => ({ url, title: BRIDGE }))));
    const read = async (search: object) => urlsOf(await resultOf({ search })).sort();
    expect(await read({ site_include: ['https://town.example.localhost/x'] })).toEqual(
      [archive, town].sort(),
    );
    expect(await read({ site_exclude: ['*.archive.town.example.localhost'] })).toEqual(
      [other, town].sort(),
    );
    expect(
      await read({
        site_include: ['town.example.localhost'],
        site_exclude: ['archive.town.example.localhost'],
      }),
    ).toEqual([town]);
  });

  test('a page that leads to an excluded site is not read, though a seed there is', async () => {
    const target = pageOn('bad.example', '/a', ANSWER);
    const { url } = startSite({ '/go': () => Response.redirect(target, 302) });
    api.providers.push(fixedProvider([{ url: `${url}/go`, title: BRIDGE }]));
    const search = { site_exclude: ['bad.example.localhost'] };
    expect((await resultOf({ search })).sources).toEqual([]);
    const seeded = await resultOf({ search, seed_sources: [{ url: target }] });
    expect(urlsOf(seeded)).toEqual([target]);
  });

  test('social hosts are left out, unless they are included by name', async () => {
    const provider = fixedProvider([{ url: 'https://www.facebook.com/a', title: BRIDGE }]);
    api.providers.push(provider);
    await resultOf({});
    expect(api.reads).toEqual([]);
    await resultOf({ search: { site_include: ['facebook.com'] } });
    expect(api.reads).toHaveLength(1);
  });
});

describe('return_source_content', () => {
  const PAGE =
    '<h2>Facts</h2><p>The Vessby bridge is <b>412 metres</b> long.</p><ul><li>steel</li></ul><script>alert(1)</script>';

  async function contentOf(payload: Record<string, unknown>) {
    const { url } = startSite({ '/a': () => html(PAGE) });
    const seed_sources = [{ url: `${url}/a` }, { text: 'A note: 1 < 2 & so on.' }];
    const { sources } = await resultOf({ seed_sources, ...payload });
    const files = await Promise.all(
      sources.map(({ content_file_id }: { content_file_id: string | null }) =>
        content_file_id === null ? null : api.call('GET', `/files/${content_file_id}`, key),
      ),
    );
    return { sources, files };
  }

  test('markdown keeps the structure of the page, and a text as it is', async () => {
    const { sources, files } = await contentOf({ return_source_content: 'markdown' });
    expect(sources).toMatchObject([{ content_kind: 'markdown' }, { content_kind: 'markdown' }]);
    expect(files[0].status).toBe(200);
    expect(files[0].headers.get('content-type')).toStartWith('text/markdown');
    expect(files[0].text).toContain('## Facts');
    expect(files[0].text).toContain('**412 metres**');
    expect(files[0].text).toMatch(/^\*\s+steel$/m);
    expect(files[0].text).not.toContain('alert');
    expect(files[1].text).toBe('A note: 1 < 2 & so on.');
  });

  test('html is the page as it came, and cannot come alive on our address', async () => {
    const { sources, files } = await contentOf({ return_source_content: 'html' });
    expect(sources).toMatchObject([{ content_kind: 'html' }, { content_kind: 'html' }]);
    expect(files[0].text).toContain(PAGE);
    expect(files[0].headers.get('content-security-policy')).toContain('sandbox');
    expect(files[0].headers.get('content-disposition')).toBe('attachment');
    expect(files[1].text).toContain('<p>A note: 1 &lt; 2 &amp; so on.</p>');
  });

  test.each([{}, { return_source_content: 'false' }])(
    'without it nothing is kept: %j',
    async (payload) => {
      const { sources } = await contentOf(payload);
      expect(sources).toMatchObject([
        { content_file_id: null, content_kind: null },
        { content_file_id: null, content_kind: null },
      ]);
    },
  );

  test('a file is for the key that made the job', async () => {
    const { sources } = await contentOf({ return_source_content: 'html' });
    const other = await api.newKey('ann');
    const path = `/files/${sources[0].content_file_id}`;
    expect((await api.call('GET', path, other)).status).toBe(404);
    expect((await api.call('GET', path)).status).toBe(401);
  });
});
