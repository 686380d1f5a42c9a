import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { align } from '../text/alignment';
import { buildCorpus } from '../text/corpus';
import { cosine, sharedOccurrences, sharedTermCount } from '../text/similarity';
import { pagesOf } from './fixtures';
import { SharedTerms } from './sharedTerms';

const WORD = fc.constantFrom('mill', 'Esk', 'dam', '1961', 'turbine', 'Östra', 'harbour', 'the');
const SENTENCE = fc
  .array(WORD, { minLength: 1, maxLength: 12 })
  .map((words) => `The ${words.join(' ')}.`);

test('the tables of all pairs agree with what is worked out of each pair', () => {
  fc.assert(
    fc.property(fc.array(SENTENCE, { minLength: 2, maxLength: 6 }), (texts) => {
      const corpus = buildCorpus(pagesOf(...texts));
      const shared = new SharedTerms(corpus, corpus.sentences);
      for (const a of corpus.sentences) {
        for (const b of corpus.sentences) {
          expect(shared.count(a, b)).toBe(sharedTermCount(a, b));
          const likeness = cosine(corpus, a, b);
          expect(shared.mayBeAlike(a, b, likeness)).toBe(true);
          expect(shared.mayBeAlike(a, b, likeness + 0.001)).toBe(a.length * b.length === 0);
        }
      }
    }),
  );
});

test('no more terms agree in the same order than two sentences share', () => {
  fc.assert(
    fc.property(SENTENCE, SENTENCE, (left, right) => {
      const [a, b] = buildCorpus(pagesOf(left, right)).sentences;
      if (!a || !b) return;
      const [own, other] = [a, b].map(({ tokens }) => tokens.map(({ term }) => term));
      const { agreed } = align(own ?? [], other ?? []);
      expect(sharedOccurrences(a, b)).toBeGreaterThanOrEqual(agreed);
    }),
  );
});
