import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { assertionOf, matchOf, readAssertion } from './assertion';
import { buildCorpus } from './corpus';
import { readQuestion } from './question';

function corpusOf(text: string) {
  const url = 'https://site.example/page';
  const page = { source: 1, snapshotHash: 'hash', url, title: '', domain: 'site.example' };
  return buildCorpus([{ ...page, text, pageStarts: null }]);
}

function match(claim: string, text: string) {
  const corpus = corpusOf(text);
  const [sentence] = corpus.sentences;
  return sentence ? matchOf(readAssertion(claim), sentence, corpus.idf) : undefined;
}

describe('what a sentence says of an assertion', () => {
  test('is all of it when it is the assertion itself', () => {
    const claim = 'The Esk Dam was opened in 1961 and holds 42 million tonnes of water.';
    const found = match(claim, claim);
    expect(Object.values(found ?? {}).map((share) => share.toFixed(6))).toEqual(
      Array(6).fill('1.000000'),
    );
  });

  test('counts another word of one meaning for less than the word', () => {
    const share = (text: string) => match('The plant was built.', text)?.coverage ?? 0;
    const same = share('The plant was built.');
    const other = share('The plant was constructed.');
    const none = share('The plant was there.');
    expect(same).toBeGreaterThan(other);
    expect(other).toBeGreaterThan(none);
  });

  test('does not take another number for its own', () => {
    const claim = 'The dam holds 42 million tonnes.';
    expect(match(claim, 'The dam holds 48 million tonnes.')?.valued).toBe(0);
    expect(match(claim, 'The dam holds 42,000,000 tonnes.')?.valued).toBe(1);
  });

  test('is a share, whatever stands there', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (claim, text) => {
        for (const share of Object.values(match(claim, text) ?? {})) {
          expect(share).toBeGreaterThanOrEqual(0);
          expect(share).toBeLessThanOrEqual(1 + 1e-9);
        }
      }),
    );
  });
});

describe('a question asserts', () => {
  const said = (text: string) => assertionOf(readQuestion(text))?.text ?? null;

  test.each([
    ['Does Veltrin harm bees?', 'Veltrin harm bees'],
    ['The polar bear population has been growing.', 'The polar bear population has been growing.'],
  ])('%s', (question, assertion) => expect(said(question)).toBe(assertion));

  test.each(['When was the Esk Dam opened?', 'Why do bees die', 'Esk Dam power plant turbines'])(
    'nothing: %s',
    (question) => expect(said(question)).toBeNull(),
  );
});
