import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { align } from './alignment';
import { inertMarkdown, plainWords } from './clean';
import { names } from './names';
import { readQuestion } from './question';
import { isContained, sketch } from './shingles';
import { terms, tokens } from './terms';
import { values, valuesDiffer } from './values';

describe('terms', () => {
  test('case, accents, endings and digit grouping make no difference', () => {
    expect(terms('Café bridges')).toEqual(terms('cafe BRIDGE'));
    expect(terms('1,234')).toEqual(terms('1234'));
    expect(terms('the of and')).toEqual([]);
  });

  test('tokens know their place, in any script', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        for (const { start, end } of tokens(text)) {
          expect(end).toBeGreaterThan(start);
          expect(end).toBeLessThanOrEqual(text.length);
        }
      }),
    );
    expect(terms('東京都').length).toBe(2);
  });

  test('words end where the same pattern ends them, in ASCII and beyond', () => {
    const pattern = /\p{N}+(?:[.,]\p{N}+)*\p{L}*|[\p{L}\p{M}\p{N}]+/gu;
    const unit = fc.constantFrom('x', 'Q', '3', ',', '.', ' ', '’', 'é', 'ж', '½', '１', '—');
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 30 }), (text) => {
        const words = tokens(text).map(({ start, end }) => text.slice(start, end));
        expect(words).toEqual(text.match(pattern) ?? []);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('values', () => {
  const found = (text: string) => values(text).map(({ kind, unit, value }) => [kind, unit, value]);

  test('dates are found in the usual spellings', () => {
    for (const text of ['8 February 1900', 'February 8, 1900', '1900-02-08', 'Feb. 8, 1900']) {
      expect(found(text)).toEqual([['date', '', '1900-02-08']]);
    }
    expect(found('in May 1784')).toEqual([['date', '', '1784-05']]);
    expect(found('in 1784')).toEqual([['date', '', '1784']]);
  });

  test('numbers carry their unit, amounts their currency, shares their sign', () => {
    expect(found('3,559 people and 98 km')).toEqual([
      ['number', 'peopl', '3559'],
      ['number', 'km', '98'],
    ]);
    expect(found('$2.5 million, 40%')).toEqual([
      ['money', '$', '2500000'],
      ['percent', '%', '40'],
    ]);
    expect(found('three sisters')).toEqual([['number', 'sister', '3']]);
  });

  test('a year agrees with a day in it, a number with its rounding', () => {
    const differ = (a: string, b: string) => {
      const [left, right] = [values(a)[0], values(b)[0]];
      return left && right ? valuesDiffer(left, right) : null;
    };
    expect(differ('1900', '8 February 1900')).toBe(false);
    expect(differ('1900', '1901')).toBe(true);
    expect(differ('4,001 people', '4,000 people')).toBe(false);
    expect(differ('41 people', '40 people')).toBe(true);
  });
});

describe('names', () => {
  test('a name is a run of capitalised words without the words that open a sentence', () => {
    const found = names('The painter Ines van der Berg met Dr. Hale of York in "The Long Night".');
    expect(found.map(({ text }) => text)).toEqual([
      'Ines van der Berg',
      'Dr. Hale of York',
      'Long Night',
      'The Long Night',
    ]);
  });
});

describe('a question', () => {
  test.each([
    ['When was the mill built?', 'date'],
    ['What year did it open?', 'date'],
    ['How many people live in Corran?', 'number'],
    ['What is the population of Corran?', 'number'],
    ['Where is Corran?', 'place'],
    ['Who built the mill?', 'person'],
    ['What sport does Ann Reid play?', 'kind'],
    ['Was the mill built of stone?', 'yes-no'],
    ['Which mill is the oldest?', 'name'],
    ['corran mill history', 'any'],
  ])('%s asks for a %s', (text, answer) => {
    expect(readQuestion(text).answer).toBe(answer as ReturnType<typeof readQuestion>['answer']);
  });
});

describe('copies', () => {
  const text = (seed: number) =>
    Array.from({ length: 4000 }, (_, at) => `w${(at * seed) % 997}x${at % 31}`).join(' ');

  const holds = (a: string, b: string, share: number) => isContained(sketch(a), sketch(b), share);

  test('a long text holds its own excerpt and not another text', () => {
    const whole = text(7);
    const excerpt = whole.slice(2000, 12_000);
    expect(holds(whole, excerpt, 0.9)).toBe(true);
    expect(holds(excerpt, whole, 0.9)).toBe(true);
    expect(holds(whole, text(11), 0.1)).toBe(false);
    expect(holds('', whole, 0.1)).toBe(false);
  });
});

describe('samples of shingles', () => {
  test('hold a share when so many of the smaller sample are in the larger', () => {
    const hashes = fc.uniqueArray(fc.integer({ min: -40, max: 40 }), { minLength: 1 });
    const modulus = fc.constantFrom(1, 2, 4);
    fc.assert(
      fc.property(hashes, hashes, modulus, modulus, (left, right, of, other) => {
        const sampled = (all: number[], by: number) => all.filter((hash) => hash % by === 0);
        const made = (all: number[], by: number) => ({
          hashes: new Int32Array(sampled(all, by)).sort(),
          modulus: by,
        });
        const coarser = Math.max(of, other);
        const [a, b] = [sampled(left, coarser), sampled(right, coarser)];
        const shared = a.filter((hash) => b.includes(hash)).length;
        const expected = shared / Math.min(a.length, b.length) >= 0.7;
        expect(isContained(made(left, of), made(right, other), 0.7)).toBe(expected);
      }),
    );
  });
});

describe('alignment', () => {
  test('finds what stands in one place of two wordings', () => {
    const left = 'the mill was built by ann reid in 1784'.split(' ');
    const right = 'the mill was built by dunn in 1784 again'.split(' ');
    expect(align(left, right)).toEqual({
      agreed: 7,
      substitutions: [{ left: ['ann', 'reid'], right: ['dunn'] }],
    });
  });
});

describe('clean words', () => {
  test('noise goes, meaning stays', () => {
    expect(plainWords('## The **old** mill[3] was re-\nbuilt , see [here](http://a.b).')).toBe(
      'The old mill was rebuilt, see here.',
    );
    expect(plainWords('It cost 4.5 - 5 crowns (not 6).')).toBe('It cost 4.5 - 5 crowns (not 6).');
  });

  test('plain prose needs no escape', () => {
    const prose = 'The mill, built in 1784 (by A. Reid & sons), cost $4.50 | 4%.';
    expect(inertMarkdown(prose)).toBe(prose);
  });
});
