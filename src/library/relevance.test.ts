import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { drawnTogether } from './likeness';
import { countTerms, relevanceOf } from './relevance';

const texts = fc.array(
  fc.record({
    title: fc.string({ maxLength: 30 }),
    text: fc
      .array(fc.constantFrom('wing', 'flow', 'heat', 'plate', 'the', 'Überschall', '熱流'))
      .map((words) => words.join(' ')),
  }),
  { maxLength: 12 },
);

describe('relevance', () => {
  const score = (terms: [string, number][], ...documents: { title: string; text: string }[]) =>
    relevanceOf(
      terms.map(([term, chunkCount]) => ({ term, chunkCount })),
      1_000,
      documents.map(countTerms),
    );

  test('a word in the title counts more than the same word in the text', () => {
    const [inTitle = 0, inText = 0, nowhere = 0] = score(
      [['glacier', 10]],
      { title: 'Glacier', text: 'It moves slowly.' },
      { title: 'Notes', text: 'The glaciers move.' },
      { title: 'Notes', text: 'Rivers move.' },
    );
    expect(inTitle).toBeGreaterThan(inText);
    expect(inText).toBeGreaterThan(nowhere);
    expect(nowhere).toBe(0);
  });

  test('a rare word counts more than a common one, and a long text less than a short one', () => {
    const [rare = 0, common = 0, long = 0] = score(
      [
        ['basalt', 2],
        ['stone', 400],
      ],
      { title: '', text: 'basalt here' },
      { title: '', text: 'stone here' },
      { title: '', text: `basalt here ${'filler words '.repeat(40)}` },
    );
    expect(rare).toBeGreaterThan(common);
    expect(rare).toBeGreaterThan(long);
  });

  test('every score is finite and none is below 0, whatever the counts', () => {
    fc.assert(
      fc.property(texts, fc.nat(), fc.nat(), (documents, chunkCount, total) => {
        const terms = ['wing', 'the', '熱流'].map((term) => ({ term, chunkCount }));
        for (const one of relevanceOf(terms, total, documents.map(countTerms))) {
          expect(Number.isFinite(one) && one >= 0).toBe(true);
        }
      }),
    );
  });
});

describe('drawn together', () => {
  test('of two equal hits, the one among other good hits comes first', () => {
    const documents = [
      'heat transfer on a blunt body in hypersonic flow',
      'hypersonic heat transfer measured on blunt bodies',
      'blunt body heat transfer in flow tables',
      'a recipe to transfer bread dough without heat',
    ].map((text) => countTerms({ title: '', text }));
    const [, , among = 0, alone = 0] = drawnTogether([9, 8, 5, 5], documents);
    expect(among).toBeGreaterThan(alone);
  });

  test('no score leaves what the scores span', () => {
    const scored = texts.chain((documents) =>
      fc.tuple(
        fc.constant(documents),
        fc.array(fc.double({ min: 0, max: 50, noNaN: true }), {
          minLength: documents.length,
          maxLength: documents.length,
        }),
      ),
    );
    fc.assert(
      fc.property(scored, ([documents, scores]) => {
        const drawn = drawnTogether(scores, documents.map(countTerms));
        expect(drawn).toHaveLength(scores.length);
        for (const one of drawn) {
          expect(one).toBeGreaterThanOrEqual(0);
          expect(one).toBeLessThanOrEqual(Math.max(...scores) + 1e-9);
        }
      }),
    );
  });

  test('documents that share no word keep their order', () => {
    const documents = ['alpha', 'beta', 'gamma'].map((text) => countTerms({ title: '', text }));
    const [first = 0, second = 0, third = 0] = drawnTogether([3, 2, 1], documents);
    expect(first > second && second > third).toBe(true);
  });
});
