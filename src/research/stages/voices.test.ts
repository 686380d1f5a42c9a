import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { buildCorpus } from '../text/corpus';
import type { Page } from '../types';
import { independence } from './copies';
import { judge, pagesOf } from './fixtures';
import { agreeing, voices } from './voices';

function count(pages: readonly Page[]): number {
  const corpus = buildCorpus(pages);
  const all = corpus.sentences.map((sentence) => {
    return { sentence, subQuestion: 0, score: 1, coverage: 1, matched: [] };
  });
  return voices(corpus, all, independence(pages));
}

const REPORT =
  'Colonies within two kilometres of treated fields lost 34 percent of their bees in the winter of 2021.';
const OWN = [
  'Beekeepers near the fields found a third of their hives dead after the cold months.',
  'An inspector counted the losses of bees beside Veltrin fields and came to 34 in a hundred.',
];

describe('voices', () => {
  test('are as many as there are publishers with words of their own', () => {
    expect(count(pagesOf(REPORT, ...OWN))).toBe(3);
  });

  test.each([
    ['repeats it', REPORT],
    [
      'quotes it',
      `In its statement the council says: “${REPORT.slice(0, -1)}”, and asks for calm.`,
    ],
    [
      'quotes a long part of it',
      'Farmers doubt that colonies within two kilometres of treated fields lost 34 percent of their bees in the winter, because nobody asked them and the hives had been moved before.',
    ],
  ])('one that %s adds none', (_, text) => expect(count(pagesOf(REPORT, text))).toBe(1));

  test('no number of copies makes a second voice', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 8 }),
        fc.constantFrom(...OWN, REPORT),
        (times, text) => {
          expect(count(pagesOf(...Array<string>(times).fill(text)))).toBe(1);
        },
      ),
    );
  });

  test('are never more than the publishers', () => {
    const texts = fc.array(fc.constantFrom(REPORT, ...OWN), { minLength: 1, maxLength: 8 });
    const hosts = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(texts, hosts, (said, on) => {
        const pages = pagesOf(...said).map((page, at) => {
          return { ...page, url: `https://news${at}.${on[at]}.example/${at}` };
        });
        const publishers = new Set(on.slice(0, said.length)).size;
        expect(count(pages)).toBeGreaterThanOrEqual(1);
        expect(count(pages)).toBeLessThanOrEqual(publishers);
      }),
    );
  });
});

describe('publishers', () => {
  const publishers = (...urls: string[]) => {
    const texts = urls.map((_, at) => `${OWN[at % 2]} ${at}`);
    const pages = pagesOf(...texts).map((page, at) => ({ ...page, url: urls[at] ?? '' }));
    const sources = independence(pages);
    return { sources, count: new Set(pages.map(({ source }) => sources.publisher(source))).size };
  };

  test.each([
    ['domains of one owner', 'https://news.esk.example/1', 'https://m.esk.example/2'],
    [
      'an archive and what it stores',
      'https://web.archive.org/web/20200101000000/https://esk.example/1',
      'https://esk.example/2',
    ],
    [
      'two addresses of one DOI',
      'https://doi.org/10.1234/esk.5',
      'https://papers.example/10.1234/ESK.5?download=1',
    ],
  ])('%s are one', (_, left, right) => expect(publishers(left, right).count).toBe(1));

  test('two papers behind one resolver are not', () => {
    expect(publishers('https://doi.org/10.1234/a', 'https://doi.org/10.5678/b').count).toBe(2);
  });

  test('a page under the DOI of another is its copy', () => {
    const { sources } = publishers('https://doi.org/10.1234/a', 'https://p.example/10.1234/a');
    expect([...sources.copyOf]).toEqual([[2, 1]]);
  });
});

describe('an answer is borne out', () => {
  const others = (...texts: string[]) => {
    const { corpus, question, candidates, sources } = judge(
      'When was the Esk Dam opened?',
      pagesOf(...texts),
    );
    const lead = candidates.find(({ sentence }) => sentence.page === 0);
    return lead ? agreeing(corpus, question, lead, candidates, sources) : null;
  };
  const said = 'The Esk Dam was opened in 1961.';
  const again = 'Since its opening in 1961 the Esk Dam has held back every flood of the valley.';

  test('by each other publisher that gives it in words of its own', () => {
    expect(others(said, again, 'In 1961, after long delays, the Esk Dam opened.')).toBe(2);
  });

  test('not by itself, nor by one that gives another', () => {
    expect(others(said)).toBe(0);
    expect(others(said, 'The Esk Dam was opened in 1958, the council says.')).toBe(0);
  });
});
