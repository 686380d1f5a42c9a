import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { sentences } from './sentences';

const split = (text: string) => sentences(text).map(({ start, end }) => text.slice(start, end));

describe('sentences', () => {
  test('a stop after an abbreviation, an initial or inside a number ends nothing', () => {
    expect(split('Dr. Ada Byron met H. G. Wells. They spoke of pi, i.e. 3.14, at length.')).toEqual(
      ['Dr. Ada Byron met H. G. Wells.', 'They spoke of pi, i.e. 3.14, at length.'],
    );
    expect(split('Smith et al. (2004) agree. See Fig. 3 and No. 7 there.')).toEqual([
      'Smith et al. (2004) agree.',
      'See Fig. 3 and No. 7 there.',
    ]);
    expect(split('The U.S. Navy came. It left the U.S. The end was near.')).toEqual([
      'The U.S. Navy came.',
      'It left the U.S.',
      'The end was near.',
    ]);
  });

  test('an abbreviation ends nothing in any case, whatever stands around it', () => {
    const words = fc.constantFrom(
      ...'dr messrs approx u.k e.g ph.d b.sc a.k.a al etc Jan'.split(' '),
    );
    const recased = words.chain((word) => fc.constantFrom(word, word.toUpperCase()));
    const opening = fc.constantFrom(' ', ' (', ' “', ' —');
    const closing = fc.constantFrom(' ', '  ', '\n', '\u00a0', ') ', '” ');
    fc.assert(
      fc.property(fc.oneof(recased, fc.constant('É')), opening, closing, (word, before, after) => {
        fc.pre(word !== 'É' || (before !== ' —' && after.trim() === ''));
        const text = `We met${before}${word}.${after}Smith there`;
        expect(split(text)).toEqual([text]);
      }),
    );
    for (const word of ['no', 'Figs', 'art']) {
      expect(split(`It is in ${word}. 7 there`).length).toBe(1);
      expect(split(`It is in ${word}. Then it went`).length).toBe(2);
    }
    expect(split('It was the maltdr. Smith left').length).toBe(2);
  });

  test('headings, list items, table rows and blank lines are borders', () => {
    const text =
      '# Bridges\nThe bridge\nis long.\n\n- one pier\n- two arches\n| a | b |\n| 1 | 2 |\nEnd';
    expect(split(text)).toEqual([
      '# Bridges',
      'The bridge\nis long.',
      '- one pier',
      '- two arches',
      '| a | b |',
      '| 1 | 2 |',
      'End',
    ]);
  });

  test('a numbered list keeps its number with its item', () => {
    expect(split('1. First thing.\n2. Second thing.')).toEqual([
      '1. First thing.',
      '2. Second thing.',
    ]);
  });

  test('an overlong sentence is split at a semicolon or comma', () => {
    const clause = `${'word '.repeat(60)}end`;
    const pieces = split(`${clause}; ${clause}; ${clause}.`);
    expect(pieces.length).toBe(3);
    expect(pieces[0]?.endsWith('end;')).toBe(true);
  });

  test('spans are ordered, apart, trimmed, never empty, bounded, and lose only white space', () => {
    const noisy = fc.array(
      fc.constantFrom(
        'Dr. ',
        'a',
        ' ',
        '\n',
        '. ',
        '.',
        '; ',
        '1. ',
        '# ',
        '| ',
        '😀',
        'U.S. ',
        'Word',
        '!',
      ),
      { maxLength: 120 },
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      noisy.map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, (sample) => {
        let reached = 0;
        for (const { start, end } of sentences(sample)) {
          expect(sample.slice(reached, start).trim()).toBe('');
          const sentence = sample.slice(start, end);
          expect(sentence).not.toBe('');
          expect(sentence.trim()).toBe(sentence);
          expect(sentence.length).toBeLessThanOrEqual(600);
          reached = end;
        }
        expect(sample.slice(reached).trim()).toBe('');
      }),
    );
  });

  test('a run of 200,000 characters without a border takes well under a second', () => {
    const text = 'x'.repeat(100_000) + 'a. '.repeat(33_000);
    const started = performance.now();
    expect(sentences(text).length).toBeGreaterThan(100);
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});
