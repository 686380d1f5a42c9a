import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { Fault } from '../../src/lib/fault';
import { parseDocument } from '../../src/library/parse';
import type { OptOutPosture } from '../../src/net/opt-out';
import { createPageReader } from '../../src/research/adapters/reader';
import type { ReadPage } from '../../src/research/ports';
import { cleanUp } from '../support/cleanup';
import { FRAME_WORDS } from '../support/web/articles';
import type { Host } from '../support/web/host';
import { loopbackFetch } from '../support/web/job';
import { type OptedOut, SECRET, startOptOuts } from '../support/web/opt-outs';
import * as web from '../support/web/reading';

afterAll(cleanUp);

const TIMEOUT_MS = 1_500;

const reader = createPageReader({ parse: parseDocument, fetch: loopbackFetch(TIMEOUT_MS) });

function read(url: string, posture: OptOutPosture = 'narrow', snippet: string | null = null) {
  return reader.read(url, new AbortController().signal, { posture, content: null, snippet });
}

/** The fault's code; anything that is thrown and no Fault is a defect. */
async function refusal(url: string): Promise<string> {
  const thrown = await read(url).then(
    (page: ReadPage) => `read: ${page.text.slice(0, 80)}`,
    (error: unknown) => error,
  );
  return thrown instanceof Fault ? thrown.code : String(thrown);
}

describe('an article', () => {
  test('is read without its frame, and names its canonical address', async () => {
    const gazette = web.startGazette();
    const page = await read(gazette.url('/bridge/print'));
    expect(page.title).toBe('The Orrin bridge');
    expect(page.text).toStartWith('The Orrin bridge was opened on 4 May 1961');
    expect(page.text).toEndWith('eleven miles downstream.');
    expect(page.text).not.toMatch(FRAME_WORDS);
    expect(page.head?.canonicalUrl).toBe(gazette.url('/bridge'));
  });

  test('behind a redirect is read where it stands', async () => {
    const gazette = web.startGazette();
    const page = await read(web.startMoved(gazette.url('/bridge')).url('/once'));
    expect(page.url).toBe(gazette.url('/bridge'));
    expect(page.text).toContain('4 May 1961');
  });
});

describe('a page in another encoding', () => {
  const host = web.startCharsets();
  test.each(['/header', '/meta', '/bom', '/utf16'])('is read right: %s', async (path) => {
    const { text } = await read(host.url(path));
    expect(text).toContain('Мост через Оррин открыли четвёртого мая 1961 года');
  });

  test('that its header names wrongly is read right', async () => {
    expect((await read(host.url('/wrongly-utf8'))).text).toContain('inauguré');
  });
});

describe('what lies about its type', () => {
  const host = web.startLiars();
  test.each([
    ['/pdf-as-html', 'application/pdf', 'two pence'],
    ['/html-as-pdf', 'text/html', 'tarred boards'],
    ['/html-as-binary', 'text/html', 'lit by hand'],
    ['/html-as-nothing', 'text/html', 'plaque'],
  ])('is read by what it holds: %s', async (path, mediaType, words) => {
    const page = await read(host.url(path));
    expect(page.mediaType).toBe(mediaType);
    expect(page.text).toContain(words);
    expect(page.text).not.toMatch(FRAME_WORDS);
  });

  test('an image is refused, whatever it is called', async () => {
    expect(await refusal(host.url('/png-as-html'))).toBe('unsupported_media');
  });
});

describe('a PDF', () => {
  const host = web.startPapers();
  test('keeps its pages', async () => {
    const { text, pageStarts } = await read(host.url('/survey.pdf'));
    expect(pageStarts).toHaveLength(2);
    expect(text.slice(pageStarts?.[1])).toStartWith('Measured in spring');
  });

  test.each(['/scan.pdf', '/locked.pdf'])('without readable text says so: %s', async (path) => {
    expect(await refusal(host.url(path))).toBe('unprocessable');
  });
});

describe('compression', () => {
  const host = web.startPacked();
  test.each(['/gzip', '/brotli', '/deflate', '/zstd'])('is undone: %s', async (path) => {
    expect((await read(host.url(path))).text).toContain('cut in the dry season');
  });

  test.each(['/bomb', '/damaged', '/unknown', '/huge'])(
    'that does harm fails: %s',
    async (path) => {
      expect(await refusal(host.url(path))).toBe('fetch_failed');
    },
  );
});

describe('a page that cannot be had', () => {
  const moved = web.startMoved('http://nowhere.localhost/');
  const slow = web.startSlow();
  const flaky = web.startFlaky();
  let broken: Host;
  beforeAll(async () => {
    broken = await web.startBroken();
  });

  test.each(['/self', '/a', '/step0', '/nowhere'])(
    'leads in circles or nowhere: %s',
    async (path) => {
      expect(await refusal(moved.url(path))).toBe('fetch_failed');
    },
  );

  test.each(['/inside', '/metadata', '/script'])('leads where nobody may go: %s', async (path) => {
    expect(await refusal(moved.url(path))).toBe('fetch_refused');
  });

  test('is given up when it is slow', async () => {
    const urls = [slow.url('/never'), slow.url('/drip')];
    expect(await Promise.all(urls.map(refusal))).toEqual(['fetch_failed', 'fetch_failed']);
  });

  test.each(['/reset', '/babble', '/short', '/teapot'])('breaks off: %s', async (path) => {
    expect(await refusal(broken.url(path))).toBe('fetch_failed');
  });

  test('is empty', async () => {
    expect(await refusal(broken.url('/empty'))).toBe('unprocessable');
  });

  test('is not fetched while its robots.txt cannot be read', async () => {
    expect(await refusal(flaky.url('/page'))).toBe('fetch_refused');
    expect(flaky.asked).not.toContain('/page');
  });
});

describe('an opt-out', () => {
  const SNIPPET = 'What the search shows of the page, in its own words.';
  const { pages, hosts } = startOptOuts();
  const of = (tiers: number[]) => pages.filter(({ tier }) => tiers.includes(tier));
  const nameOf = ({ url }: OptedOut) => new URL(url).hostname + new URL(url).pathname;

  /** Read through the posture, with a snippet at hand. */
  async function outcome({ url, signal }: OptedOut, posture: OptOutPosture) {
    const page = await read(url, posture, SNIPPET);
    const { optOut, isSnippet = false } = page;
    const isNamed = optOut?.signals.some((said) => said.includes(signal)) ?? false;
    expect(page.text.includes(SECRET)).toBe(!isSnippet);
    expect(page.text === SNIPPET).toBe(isSnippet);
    return { tier: optOut?.tier, isSnippet, isNamed };
  }

  test.each(of([1]).map((page) => [nameOf(page), page] as const))(
    'of retrieval leaves the snippet, in either posture: %s',
    async (_, page) => {
      const expected = { tier: 1 as const, isSnippet: true, isNamed: true };
      expect(await outcome(page, 'narrow')).toEqual(expected);
      expect(await outcome(page, 'broad')).toEqual(expected);
    },
  );

  test.each(of([2]).map((page) => [nameOf(page), page] as const))(
    'of training is recorded when narrow, and honoured when broad: %s',
    async (_, page) => {
      const recorded = { tier: 2 as const, isSnippet: false, isNamed: true };
      expect(await outcome(page, 'narrow')).toEqual(recorded);
      expect(await outcome(page, 'broad')).toEqual({ ...recorded, isSnippet: true });
    },
  );

  test.each(of([0]).map((page) => [nameOf(page), page] as const))(
    'that is none is none: %s',
    async (_, page) => {
      for (const posture of ['narrow', 'broad'] as const) {
        expect(await outcome(page, posture)).toEqual({ tier: 0, isSnippet: false, isNamed: false });
      }
    },
  );

  test('without a snippet is a refusal that says why', async () => {
    for (const { url, signal } of of([1])) {
      const thrown = await read(url).catch((error: unknown) => error);
      expect((thrown as Fault).code).toBe('fetch_refused');
      expect((thrown as Fault).message).toContain(signal);
    }
  });

  test('that robots.txt declares keeps the page from being asked for at all', () => {
    const [closed, , retrieval] = hosts;
    expect(closed?.asked).not.toContain('/page');
    expect(retrieval?.asked).not.toContain('/page');
  });

  test('is looked for once for each host, not for each page', () => {
    for (const { asked } of hosts) {
      expect(asked.filter((path) => path === '/robots.txt')).toHaveLength(1);
      expect(asked.filter((path) => path.startsWith('/.well-known/'))).toHaveLength(1);
    }
  });
});
