import { describe, expect, test } from 'bun:test';
import { createSupport, ordinaryWords } from './support';

const QUOTES = [
  'The Orrin bridge was opened on 4 May 1961 by Mayor Ada Lund.',
  'Work on it took six years and cost 3.2 million kroner.',
  'It was not closed in the flood of 1987.',
];

function isCarried(sentence: string, quotes = QUOTES): boolean {
  const question = 'When was the Orrin bridge opened?';
  const carries = createSupport({ question, ordinary: ordinaryWords(QUOTES) });
  return quotes.some((quote) => carries(sentence, quote));
}

describe("the writer's critic", () => {
  test.each([
    'The Orrin bridge was opened on 4 May 1961.',
    'Mayor Ada Lund opened the bridge in May 1961.',
    'It cost 3.2 million kroner and took six years.',
    'The bridge was not closed in the flood of 1987.',
    'However, work on it took six years.',
  ])('lets %p stand', (sentence) => expect(isCarried(sentence)).toBeTrue());

  test.each([
    ['The Orrin bridge was opened on 5 May 1961.', 'another day', QUOTES],
    ['The Orrin bridge was opened in 1962.', 'another year', QUOTES],
    ['The Orrin bridge was opened on 4 May 1961 by Mayor Erik Lund.', 'another name', QUOTES],
    ['Zorgon opened the Orrin bridge in 1961.', 'a name at its head', QUOTES],
    ['The work cost 32 million kroner.', 'another number', QUOTES],
    ['The work cost 3.2 billion kroner.', 'another scale', QUOTES],
    ['The work took seven years.', 'another number in words', QUOTES],
    ['The bridge was closed in the flood of 1987.', 'its contrary', QUOTES.slice(2)],
    ['The Orrin bridge was never opened.', 'its contrary', QUOTES.slice(0, 1)],
    ['The bridge is dangerous, and everybody should avoid crossing it.', 'something else', QUOTES],
    ['When was the Orrin bridge opened?', 'the question alone', ['Bread was baked.']],
    ['', 'nothing', QUOTES],
    ['Opened in 1961, the bridge cost 3.2 million kroner.', 'what no quote says alone', QUOTES],
    ['The work on it was opened by Mayor Ada Lund for 3.2 million.', 'a lie of two truths', QUOTES],
  ])('removes %p: it says %s', (sentence, _why, quotes) =>
    expect(isCarried(sentence, quotes)).toBeFalse(),
  );
});
