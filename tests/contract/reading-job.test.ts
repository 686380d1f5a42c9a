import { afterAll, describe, expect, test } from 'bun:test';
import type { ResearchView } from '../../src/research/service';
import { cleanUp } from '../support/cleanup';
import { article, FRAME_WORDS } from '../support/web/articles';
import { startHost } from '../support/web/host';
import { openSonde, searchAnswer } from '../support/web/job';
import { SECRET, startOptOuts } from '../support/web/opt-outs';
import * as web from '../support/web/reading';

afterAll(cleanUp);

const QUESTION = 'When was the Orrin bridge opened?';
const given = (urls: string[]) => urls.map((url) => ({ kind: 'url', url }) as const);

/** The hosts of the local web, and which of their pages can be read. */
async function startWeb() {
  const gazette = web.startGazette();
  const syndicate = web.startSyndicate(gazette.url('/bridge'));
  const papers = web.startPapers();
  const liars = web.startLiars();
  const packed = web.startPacked();
  const moved = web.startMoved(gazette.url('/bridge'));
  const [slow, broken, flaky] = [web.startSlow(), await web.startBroken(), web.startFlaky()];
  const optOuts = startOptOuts().pages.map(({ url, tier }) => ({ url, isRead: tier !== 1 }));
  return {
    bridges: [
      gazette.url('/bridge'),
      gazette.url('/bridge/print'),
      syndicate.url('/wire/7'),
      moved.url('/once'),
    ],
    readable: [
      papers.url('/survey.pdf'),
      liars.url('/pdf-as-html'),
      liars.url('/html-as-pdf'),
      ...['/gzip', '/brotli', '/deflate', '/zstd'].map(packed.url),
      ...optOuts.filter(({ isRead }) => isRead).map(({ url }) => url),
    ],
    unreadable: [
      ...['/scan.pdf', '/locked.pdf'].map(papers.url),
      liars.url('/png-as-html'),
      ...['/bomb', '/damaged', '/unknown', '/huge'].map(packed.url),
      ...['/self', '/a', '/step0', '/inside', '/metadata'].map(moved.url),
      ...['/never', '/drip'].map(slow.url),
      ...['/reset', '/babble', '/short', '/teapot', '/empty'].map(broken.url),
      flaky.url('/page'),
      'http://no-such-name.invalid/',
      ...optOuts.filter(({ isRead }) => !isRead).map(({ url }) => url),
    ],
  };
}

describe('a job over the whole local web', () => {
  let view: ResearchView;
  let sonde: Awaited<ReturnType<typeof openSonde>>;
  let pages: Awaited<ReturnType<typeof startWeb>>;

  test('ends well, with every page read that can be and the others named', async () => {
    [sonde, pages] = await Promise.all([openSonde(), startWeb()]);
    const { bridges, readable, unreadable } = pages;
    const sources = given([...bridges, ...readable, ...unreadable]);
    expect(sources.length).toBeLessThanOrEqual(50);
    view = await sonde.ask(QUESTION, { sources });
    expect([view.job.state, view.job.error]).toEqual(['done', null]);
    expect(view.state.sources.map(({ url }) => url).sort()).toEqual(
      [...bridges, ...readable].sort(),
    );
    expect(view.state.unreadable.map(({ url }) => url).sort()).toEqual([...unreadable].sort());
    for (const { reason } of view.state.unreadable) expect(reason).not.toContain('internal error');
  }, 60_000);

  test('proves every quote, and quotes no frame', async () => {
    const { confirmedCount, failures } = await sonde.research.verify(view.job.id, null);
    expect(failures).toEqual([]);
    expect(confirmedCount).toBeGreaterThan(0);
    const quotes = view.state.findings.flatMap((finding) => finding.quotes);
    for (const { text } of quotes) expect(text).not.toMatch(FRAME_WORDS);
  });

  test('counts copies once: four addresses of one text are one voice', () => {
    const { sources, findings } = view.state;
    const own = sources.filter(({ url }) => pages.bridges.includes(url));
    expect(own.filter(({ copyOf }) => copyOf === null)).toHaveLength(1);
    const syndicated = sources.find(({ url }) => url.endsWith('/wire/7'));
    expect(syndicated?.canonicalUrl).toBe(pages.bridges[0]);
    const opening = findings.find(({ text }) => text.includes('4 May 1961'));
    expect(opening?.status).toBe('reported');
  });

  test('records what each site asks of AI services', () => {
    const tierOf = (end: string) =>
      view.state.sources.find(({ url }) => url.endsWith(end))?.optOutTier ?? 0;
    expect([tierOf('/noai-meta'), tierOf('/works/1'), tierOf('/works/open/1')]).toEqual([2, 2, 0]);
  });
});

describe('a page that a search finds and its site has opted out', () => {
  const titles = ['Open', 'Kept from search', 'Kept from training', 'Closed'];
  const snippets: Record<string, string> = {
    Open: 'The Orrin bridge is long.',
    'Kept from search': 'The Orrin bridge was opened on 4 May 1961, says the register.',
    'Kept from training': 'An almanac has the Orrin bridge opened on 4 May 1961 in the rain.',
    Closed: 'A diary tells that the Orrin bridge was opened on 4 May 1961 at noon.',
  };
  const wiki = startHost('wiki', {
    '/robots.txt': new Response('User-agent: *\nDisallow: /wiki/Closed'),
    '/w/api.php': () =>
      searchAnswer(titles.map((title) => ({ title, snippet: snippets[title] ?? '' }))),
    '/wiki/Open': article({ title: 'Open', fact: 'The Orrin bridge spans 312 metres of water.' }),
    '/wiki/Kept_from_search': article(
      { title: 'Kept', fact: `${SECRET}.` },
      { 'x-robots-tag': 'noindex' },
    ),
    '/wiki/Kept_from_training': article({
      title: 'Kept',
      fact: `${SECRET}.`,
      head: '<meta name="robots" content="noai">',
    }),
    '/wiki/Closed': article({ title: 'Closed', fact: `${SECRET}.` }),
  });

  test.each([
    ['narrow', { Open: [0, false], Kept_from_search: [1, true], Kept_from_training: [2, false] }],
    ['broad', { Open: [0, false], Kept_from_search: [1, true], Kept_from_training: [2, true] }],
  ] as const)(
    'is quoted from the snippet where the posture %s says so',
    async (posture, expected) => {
      const sonde = await openSonde(wiki);
      const { job, state } = await sonde.ask(QUESTION, { settings: { posture } });
      expect(job.state).toBe('done');
      const used = Object.fromEntries(
        state.sources.map(({ url, optOutTier = 0, isSnippet = false }) => [
          url.split('/').at(-1),
          [optOutTier, isSnippet],
        ]),
      );
      expect(used).toEqual({ ...expected, Closed: [1, true] } as never);
      const { confirmedCount, failures } = await sonde.research.verify(job.id, null);
      expect([confirmedCount > 0, failures]).toEqual([true, []]);
      for (const source of state.sources.filter(({ isSnippet }) => isSnippet)) {
        const { text } = (await sonde.library.snapshot(source.snapshotHash)) ?? { text: '' };
        expect(Object.values(snippets)).toContain(text);
        expect(titles).toContain(source.title);
      }
      if (posture === 'broad') expect(JSON.stringify(state)).not.toContain(SECRET);
    },
  );
});
