import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { Reading } from './reading';
import { terms } from './terms';

describe('a reading', () => {
  test('counts terms as they stand in its sentences', () => {
    const word = fc.constantFrom('mill', 'Mills', 'the', '1,234', 'é', '東京都', 'Weir.', '\n\n');
    fc.assert(
      fc.property(fc.array(word, { maxLength: 40 }), (words) => {
        const text = words.join(' ');
        const reading = new Reading(text);
        const bySentence = reading.sentences.map(({ start, end }) => terms(text.slice(start, end)));
        expect(reading.length).toBe(bySentence.flat().length);
        for (const [place, held] of bySentence.entries()) {
          expect(reading.lengthOf(place)).toBe(held.length);
          expect([...reading.countsOf(place).keys()]).toEqual([...new Set(held)]);
          for (const [term, count] of reading.countsOf(place)) {
            expect(count).toBe(held.filter((other) => other === term).length);
          }
        }
        for (const term of [...bySentence.flat(), 'absent']) {
          const holders = [...bySentence.keys()].filter((at) => bySentence[at]?.includes(term));
          expect(reading.total(term)).toBe(bySentence.flat().filter((one) => one === term).length);
          expect(reading.holderCount(term)).toBe(holders.length);
          expect(reading.holdersOf([term, 'absent'])).toEqual(holders);
        }
      }),
    );
  });
});
