import { describe, expect, test } from 'bun:test';
import type { Job } from '../../jobs/types';
import { initialState } from '../initial-state';
import type { Finding, Quote, ResearchState, Source } from '../types';
import type { ResearchView } from '../view';
import { cslReport } from './csl';
import { htmlReport } from './html';
import { markdownReport } from './markdown';

const EVIL = '<script>alert(1)</script> [x](javascript:alert(1)) ![p](https://evil.example/p.png)';

function source(number: number, change: Partial<Source> = {}): Source {
  return {
    number,
    url: `https://a${number}.example/page`,
    title: `Title ${number}`,
    domain: `a${number}.example`,
    provider: 'given',
    snapshotHash: String(number).repeat(64),
    summary: null,
    copyOf: null,
    ...change,
  };
}

function quote(number: number, text: string): Quote {
  const snapshotHash = String(number).repeat(64);
  return { source: number, snapshotHash, text, start: 10, end: 10 + text.length, page: null };
}

function finding(change: Partial<Finding>): Finding {
  return {
    id: 'f',
    text: 'The tower is 300 m high.',
    kind: 'fact',
    status: 'reported',
    confidence: 0.5,
    quotes: [quote(1, 'The tower is 300 m high.')],
    disputedBy: [],
    subQuestion: 0,
    ...change,
  };
}

function view(change: Partial<ResearchState>, question = 'How high is the tower?'): ResearchView {
  const job = { id: 'j', state: 'done', createdMs: 0, endedMs: 86_400_000 } as Job;
  const row = { question, mode: 'lite' } as ResearchView['row'];
  return { job, row, state: { ...initialState, ...change } };
}

describe('a Markdown report', () => {
  test('carries the answer, every quote of both sides with its place, and every source', () => {
    const text = markdownReport(
      view({
        brief: 'It is 300 m high [1].',
        sources: [source(1), source(2, { copyOf: 1 })],
        findings: [
          finding({ status: 'contested', disputedBy: [quote(2, 'It has 200 m.')] }),
          finding({ status: 'established', quotes: [{ ...quote(2, 'Yes, 300 m.'), page: 7 }] }),
        ],
      }),
    );
    expect(text).toContain('It is 300 m high [1].');
    expect(text).toContain('> “The tower is 300 m high.” [1], characters 10 to 34');
    expect(text).toContain('Against it:\n\n> “It has 200 m.” [2]');
    expect(text).toContain('> “Yes, 300 m.” [2], page 7, characters 10 to 21');
    expect(text).toContain('- [2] Title 2. a2.example. <https://a2.example/page>');
    expect(text).toContain('- Copy of: [1]');
    expect(text).toContain('1'.repeat(64));
  });

  test('says where it was looked for what is missing, and what could not be read', () => {
    const text = markdownReport(
      view({
        gaps: [
          {
            subQuestion: 0,
            text: 'the year',
            searched: ['tower year'],
            foundCount: 9,
            unreadCount: 4,
          },
        ],
        unreadable: [{ url: 'https://b.example/', reason: 'forbidden by robots.txt' }],
      }),
    );
    expect(text).toContain('the year: searched “tower year”; 9 found, 4 of them unread');
    expect(text).toContain('- <https://b.example/>: forbidden by robots.txt');
  });

  test('of a job without any result is still whole', () => {
    expect(markdownReport(view({}))).toContain('There is no answer yet.');
  });
});

describe('an HTML report', () => {
  test('lets nothing of a page or a question come alive', () => {
    const evil = view(
      {
        brief: 'Nothing.',
        sources: [source(1, { title: EVIL, url: 'javascript:alert(1)', summary: EVIL })],
        findings: [finding({ text: EVIL, quotes: [quote(1, EVIL)] })],
        gaps: [{ subQuestion: 0, text: EVIL, searched: [EVIL], foundCount: 0, unreadCount: 0 }],
      },
      EVIL,
    );
    const html = htmlReport(EVIL, markdownReport(evil));
    expect(html).not.toMatch(/<script|<img|href="javascript/i);
    expect(html).toContain('&lt;script&gt;');
  });

  test('shows raw HTML of a brief as text', () => {
    expect(
      htmlReport('t', 'a <b>bold</b>\n\n<iframe src="https://e.example"></iframe>'),
    ).not.toMatch(/<b>|<iframe/);
  });

  test('leads from a mark to its source', () => {
    const html = htmlReport('t', markdownReport(view({ brief: 'So [1].', sources: [source(1)] })));
    expect(html).toContain('<a href="#source-1">[1]</a>');
    expect(html).toContain('<h3 id="source-1">');
  });
});

test('a CSL report has an entry for each source, and no address that is none', () => {
  const items = JSON.parse(
    cslReport(view({ sources: [source(1), source(2, { url: 'library:x', domain: 'local' })] })),
  );
  expect(items).toMatchObject([
    { id: 'source-1', type: 'webpage', URL: 'https://a1.example/page' },
    { id: 'source-2', type: 'document', accessed: { 'date-parts': [[1970, 1, 2]] } },
  ]);
  expect(items[1]).not.toHaveProperty('URL');
});
