import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { buildCorpus } from '../text/corpus';
import { readQuestion } from '../text/question';
import { WEIGHTS } from '../text/weights';
import { pagesOf } from './fixtures';
import { bestByTerms } from './termScore';

const QUESTION = readQuestion('When was the Esk Dam power plant opened?');
const SENTENCE = fc
  .array(fc.constantFrom('Esk', 'dam', 'plant', 'opened', 'built', 'sheep', 'hill', '1961'), {
    minLength: 1,
    maxLength: 8,
  })
  .map((words) => `The ${words.join(' ')}.`);
const PAGE = fc.array(SENTENCE, { minLength: 1, maxLength: 8 }).map((all) => all.join(' '));

test('fewer of the best are the first of more; equals stay in their order', () => {
  const pages = fc.array(PAGE, { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(pages, fc.nat({ max: 12 }), (texts, count) => {
      const corpus = buildCorpus(pagesOf(...texts));
      const all = bestByTerms(corpus, QUESTION, WEIGHTS, corpus.sentences.length);
      const sorted = [...all].sort(
        (a, b) => b.score - a.score || a.sentence.index - b.sentence.index,
      );
      expect(all).toEqual(sorted);
      expect(all.every(({ score }) => score > 0)).toBe(true);
      expect(bestByTerms(corpus, QUESTION, WEIGHTS, count)).toEqual(all.slice(0, count));
    }),
  );
});

test('a sentence says the terms that stand in it or in the title, be it by a synonym', () => {
  const [page] = pagesOf('The plant was inaugurated in 1961. Sheep graze on the hill.');
  const corpus = buildCorpus([{ ...page!, title: 'Esk Dam' }]);
  const [first, second] = bestByTerms(corpus, QUESTION, WEIGHTS, 2);
  expect(first?.matched).toEqual(['esk', 'dam', 'plant', 'open']);
  expect(second?.matched).toEqual(['esk', 'dam']);
  expect(first?.coverage).toBeGreaterThan(second?.coverage ?? 1);
});
