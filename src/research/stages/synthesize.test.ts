import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { Marked } from 'marked';
import type { Finding, Gap, Quote, Source } from '../types';
import { synthesize } from './synthesize';

const quote = (source: number, text: string): Quote => ({
  source,
  snapshotHash: `hash-${source}`,
  text,
  start: 0,
  end: text.length,
  page: null,
});

const finding = (text: string, change: Partial<Finding> = {}): Finding => ({
  id: text,
  text,
  kind: 'fact',
  status: 'reported',
  confidence: 0.5,
  quotes: [quote(1, text)],
  disputedBy: [],
  subQuestion: 0,
  ...change,
});

const sources: Source[] = [1, 2, 3].map((number) => ({
  number,
  url: `https://site${number}.example/`,
  title: `Site ${number}`,
  domain: `site${number}.example`,
  provider: 'given',
  snapshotHash: `hash-${number}`,
  summary: null,
  copyOf: null,
}));

const gap: Gap = {
  subQuestion: 0,
  text: 'When was it built?',
  searched: ['mill built', 'mill 1784'],
  foundCount: 9,
  unreadCount: 4,
};

function brief(findings: Finding[], change: Partial<Parameters<typeof synthesize>[0]> = {}) {
  const question = 'When was the mill built?';
  const plan = { question, subQuestions: [question] };
  return synthesize({ plan, findings, sources, gaps: [], maxWords: 120, ...change }).brief;
}

const html = (markdown: string) => new Marked({ gfm: true }).parse(markdown, { async: false });

describe('the brief', () => {
  test('answers first, in the words of the findings, with every source ascending', () => {
    const text = brief([
      finding('The mill was built in 1784.', {
        quotes: [quote(3, 'The mill was built in 1784.'), quote(1, 'Built in 1784.')],
      }),
      finding('It has two wheels.', { quotes: [quote(2, 'It has two wheels.')] }),
    ]);
    expect(text).toBe('The mill was built in 1784.[1][3]\n\n- It has two wheels.[2]');
  });

  test('a copy stands behind its original', () => {
    const quotes = [quote(1, 'It was built.'), quote(2, 'It was built.')];
    const copied = sources.map((source) =>
      source.number === 2 ? { ...source, copyOf: 1 } : source,
    );
    expect(brief([finding('It was built.', { quotes })], { sources: copied })).toBe(
      'It was built.[1]',
    );
  });

  test('shows both sides of what is contested, once', () => {
    const left = quote(1, 'Built in 1784.');
    const right = quote(3, 'Built in 1801.');
    const text = brief([
      finding(left.text, { status: 'contested', quotes: [left], disputedBy: [right] }),
      finding(right.text, { status: 'contested', quotes: [right], disputedBy: [left] }),
    ]);
    expect(text).toBe('Sources disagree: “Built in 1784.”[1] — “Built in 1801.”[3]');
  });

  test('shows a point once although each side has quotes that the other does not name', () => {
    const [one, other] = ['Built in 1784.', 'Built in 1801.'];
    const contested = { status: 'contested' } as const;
    const text = brief([
      finding(one, { ...contested, quotes: [quote(1, one)], disputedBy: [quote(2, other)] }),
      finding(other, {
        ...contested,
        quotes: [quote(2, other), quote(3, 'It dates from 1801.')],
        disputedBy: [quote(1, one)],
      }),
    ]);
    expect(text).toBe('Sources disagree: “Built in 1784.”[1] — “Built in 1801.”[2]');
  });

  test('says what is unverified', () => {
    expect(brief([finding('It fell.', { status: 'unverified' })])).toBe('Unverified: It fell.[1]');
  });

  test('answers the parts in the order they were asked, and the whole last', () => {
    const plan = { question: 'A?', subQuestions: ['A?', 'B?', 'C?'] };
    const text = brief(
      [0, 1, 2, 1].map((subQuestion, at) =>
        finding(`Say ${at}.`, {
          subQuestion,
          quotes: [{ ...quote(1, `Say ${at}.`), start: at * 99, end: at * 99 + 6 }],
        }),
      ),
      { plan },
    );
    expect(text).toBe('Say 1.[1]\n\n- Say 3.[1]\n- Say 2.[1]\n- Say 0.[1]');
  });

  test('without findings says so plainly and lists what was searched', () => {
    expect(brief([], { gaps: [gap] })).toBe(
      'No source that was read answers the question: When was the mill built?\n\n' +
        'Not enough evidence. Searched: “mill built”, “mill 1784” (9 found, 4 of them unread).',
    );
  });

  test('names a gap in one line beside what was found', () => {
    const lines = brief([finding('It stands.')], { gaps: [gap] }).split('\n\n');
    expect(lines[0]).toBe('It stands.[1]');
    expect(lines[1]).toStartWith('Not enough evidence.');
  });

  test('keeps to its words', () => {
    const findings = Array.from({ length: 30 }, (_, at) => {
      const text = `${'word '.repeat(5 + at)}end.`;
      return finding(text, {
        quotes: [{ ...quote(1, text), start: at * 1000, end: at * 1000 + 9 }],
      });
    });
    fc.assert(
      fc.property(fc.integer({ min: 40, max: 300 }), (maxWords) => {
        const words = brief(findings, { maxWords, gaps: [gap] }).split(/\s+/).length;
        expect(words).toBeLessThanOrEqual(maxWords);
      }),
    );
  });
});

describe('a hostile page', () => {
  test.each([
    '[click](https://evil.example) here',
    '![pixel](https://evil.example/p.gif) seen',
    '<script>alert(1)</script> <img src=x onerror=alert(1)>',
    'see https://evil.example/a and www.evil.example and me@evil.example',
    '[a]: https://evil.example "title"',
    '# Heading of theirs',
    '- [ ] a task',
    '```\ncode\n```',
    '<https://evil.example>',
    'javascript:alert(1) [x](javascript:alert(1))',
    '&lt;b&gt; and &#x3c;img&#x3e;',
    '| a | b |\n|---|---|\n| c | d |',
    '1. one',
    '> quoted',
    '**bold** _under_ ~~gone~~ `tick`',
    'a [1] footnote [^1] and [2][3]',
  ])('%j does not come alive', (text) => {
    const disputed = finding(text, {
      status: 'contested',
      disputedBy: [{ ...quote(2, text), start: 500, end: 501 }],
    });
    for (const markdown of [brief([finding(text)]), brief([disputed])]) {
      const tags = html(markdown).match(/<[^>]+>/g) ?? [];
      expect(tags.filter((tag) => !/^<\/?p>$/.test(tag))).toEqual([]);
    }
  });

  test('no text of a page makes any tag but paragraphs, lists and our own emphasis', () => {
    const parts = fc.constantFrom(
      '[',
      ']',
      '(',
      ')',
      '<',
      '>',
      '!',
      '*',
      '_',
      '`',
      '#',
      '\n',
      '\n\n',
      '-',
      '+',
      '1.',
      '|',
      '~~',
      'http://',
      'www.',
      'a.b',
      '@',
      '&amp;',
      '&',
      '\\',
      ' ',
      'word',
      '"',
      '=',
      '---',
      '\t',
      'ftp://x.y',
      'mailto:',
      ':',
      '\u202e',
      '\u200b',
      '“',
    );
    const hostile = fc
      .array(parts, { minLength: 1, maxLength: 25 })
      .map((some) => `x${some.join('')}`);
    fc.assert(
      fc.property(hostile, hostile, (first, second) => {
        const markdown = brief([
          finding(first),
          finding(second, { id: 'second', quotes: [{ ...quote(2, second), start: 0 }] }),
        ]);
        const tags = html(markdown).match(/<[^>]+>/g) ?? [];
        expect(tags.filter((tag) => !/^<\/?(?:p|ul|li)>$/.test(tag))).toEqual([]);
        expect(markdown).not.toMatch(/[\u202e\u200b]/);
      }),
      { numRuns: 2000 },
    );
  });
});
