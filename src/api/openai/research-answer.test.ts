import { describe, expect, test } from 'bun:test';
import { Marked } from 'marked';
import type { Job } from '../../jobs/types';
import { initialState } from '../../research/initial-state';
import type { ResearchView } from '../../research/service';
import type { Source } from '../../research/types';
import { researchAnswer } from './research-answer';

const source = (number: number, change: Partial<Source> = {}): Source => ({
  number,
  url: `https://site${number}.example/`,
  title: `Site ${number}`,
  domain: `site${number}.example`,
  provider: 'given',
  snapshotHash: `hash-${number}`,
  summary: null,
  copyOf: null,
  ...change,
});

function answerOf(brief: string | null, sources: Source[], job: Partial<Job> = {}) {
  return researchAnswer(
    {
      job: { id: 'j', state: 'done', error: null, ...job },
      row: { question: 'When was it built?', chargedMicros: 50_000_000 },
      state: { ...initialState, brief, sources },
    } as ResearchView,
    'sonde-lite',
  );
}

const linksOf = (markdown: string) =>
  [...new Marked({ gfm: true }).parse(markdown, { async: false }).matchAll(/href="([^"]*)"/g)].map(
    ([, address]) => address,
  );

describe('the answer of research', () => {
  test('is the brief, then those of its sources that it cites, by number', () => {
    const { parts, ending } = answerOf('It was built in 1784.[3][1]\n\n- It has wheels.[1]', [
      source(1),
      source(2),
      source(3, { url: 'library:x', title: 'Mills' }),
    ]);
    const text = parts.join('');
    expect(text).toBe(
      'It was built in 1784.[3][1]\n\n- It has wheels.[1]\n\n**Sources**\n\n- [1] [Site 1](https://site1.example/)\n- [3] Mills',
    );
    expect(parts.length).toBe(3);
    const cited = ending.annotations.map(({ url_citation: { start_index, end_index, url } }) => [
      text.slice(start_index, end_index),
      url,
    ]);
    expect(cited).toEqual([
      ['[1]', 'https://site1.example/'],
      ['[1]', 'https://site1.example/'],
    ]);
    expect(ending).toMatchObject({ finishReason: 'stop', usage: { chargedMicros: 50_000_000 } });
  });

  test('shows no link but those of its sources, whatever a page calls itself', () => {
    const hostile = source(1, {
      title:
        'A](https://evil.example) ![x](https://evil.example/x.png) <a href="https://evil.example">',
      url: 'https://site1.example/a_(b)?q=[x](https://evil.example)',
    });
    const { parts } = answerOf('So it is.[1]', [
      hostile,
      source(2, { url: 'javascript:alert(1)' }),
    ]);
    const links = linksOf(parts.join(''));
    expect(links).toHaveLength(1);
    expect(links[0]).toStartWith('https://site1.example/a_%28b%29');
  });

  test('has no list where nothing is cited', () => {
    expect(answerOf('No source that was read answers it. [9]', [source(1)]).parts).toEqual([
      'No source that was read answers it. [9]',
    ]);
  });

  test('of a job that was canceled is what it had, cut short', () => {
    const { ending } = answerOf('So far.[1]', [source(1)], { state: 'canceled' });
    expect(ending.finishReason).toBe('length');
  });

  test.each([
    ['failed', 'unavailable'],
    ['canceled', 'conflict'],
  ] as const)('of a job that %s with nothing is none', (state, code) => {
    expect(() => answerOf(null, [], { state, error: 'broke' })).toThrow(
      expect.objectContaining({ code }),
    );
  });
});
