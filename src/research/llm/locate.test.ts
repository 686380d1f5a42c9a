import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { holds, Locator, locateAll } from './locate';

const TEXT = `Halden Strait – a “tidal” channel

The first turbine was lowered into the strait on 14 May 2016, after a winter in which the crane
ship could not leave its harbour. It weighs 1,300 tonnes[4] and turns at up to 7 rpm. The operator's
licence, which the regulator renewed in 2021 (not in 2020), allows 6 MW; a second turbine was never
built. Fishermen were paid com-
pensation of £2.4 million. Żółte łodzie były wtedy w porcie, mówi kapitan. 海峡の潮流は毎秒五メートルに達する。`;

function found(quote: string): string | null {
  const place = new Locator(TEXT).locate(quote);
  return place && TEXT.slice(place.start, place.end);
}

/** Every run of so many words of the text, by its offsets. */
const words = [...TEXT.matchAll(/\S+-\n\S+|\S+/g)];
const bareWords = (text: string) => text.match(/[\p{L}\p{N}]+/gu)?.join(' ') ?? '';
const run = fc
  .tuple(fc.nat(words.length - 8), fc.integer({ min: 5, max: 30 }))
  .map(([from, count]) => {
    const last = words[Math.min(words.length, from + count) - 1]!;
    const start = words[from]!.index;
    return { start, end: last.index + last[0].length };
  })
  .filter(({ start, end }) => !/[…]/.test(TEXT.slice(start, end)));

describe('locating a quote', () => {
  test('whatever is done to its spaces, quotation marks, dashes and case, it is found where it is', () => {
    const disguise = fc.record({
      space: fc.constantFrom(' ', '  ', '\n', '\t', '\u00a0', '\r\n  '),
      quote: fc.constantFrom('"', '“', '”', '«', '„'),
      apostrophe: fc.constantFrom("'", '’', '`'),
      dash: fc.constantFrom('-', '–', '—', '‑'),
      invisible: fc.constantFrom('', '\u200b', '\u00ad', '\u2060'),
      isUpper: fc.boolean(),
    });
    fc.assert(
      fc.property(run, disguise, ({ start, end }, how) => {
        const quote = TEXT.slice(start, end)
          .replace(/-\n/g, '')
          .replace(/\s+/g, how.space)
          .replace(/[“”]/g, how.quote)
          .replace(/'/g, how.apostrophe)
          .replace(/[–]/g, how.dash)
          .replace(/e/g, `e${how.invisible}`);
        const place = new Locator(TEXT).locate(how.isUpper ? quote.toUpperCase() : quote);
        expect(place).not.toBeNull();
        // Marks at the ends may or may not be taken for the quote's own.
        const bare = (text: string) => text.replace(/^["'“”\s]+|["'“”\s.,;:]+$/g, '');
        expect(bare(TEXT.slice(place!.start, place!.end))).toBe(bare(TEXT.slice(start, end)));
      }),
      { numRuns: 2_000 },
    );
  });

  test('with one word altered, put in or doubled it is not found', () => {
    const alteration = fc.constantFrom(
      (word: string) => `${word}x`,
      (word: string) => `x${word}`,
      (word: string) => `never ${word}`,
      (word: string) => [...word].reverse().join('') + 7,
      () => 'zebra',
    );
    fc.assert(
      fc.property(run, fc.nat(), alteration, ({ start, end }, at, alter) => {
        const own = TEXT.slice(start, end).split(/\s+/);
        const index = at % own.length;
        if (!/[\p{L}\p{N}]/u.test(own[index]!)) return;
        own[index] = alter(own[index]!);
        const quote = own.join(' ');
        // It may say what the text says elsewhere.
        if (bareWords(TEXT).includes(bareWords(quote))) return;
        expect(found(quote)).toBeNull();
      }),
      { numRuns: 2_000 },
    );
  });

  test('what a quote leaves out is in what is found', () => {
    expect(found('It weighs 1,300 tonnes and turns at up to 7 rpm.')).toBe(
      'It weighs 1,300 tonnes[4] and turns at up to 7 rpm',
    );
    expect(found('which the regulator renewed in 2021 (in 2020), allows 6 MW')).toBe(
      'which the regulator renewed in 2021 (not in 2020), allows 6 MW',
    );
    expect(
      found('The first turbine … after a winter in which the crane ship could not leave'),
    ).toBe('after a winter in which the crane\nship could not leave');
  });

  test.each([
    ['the turbine was lowered into the harbour', 'words of the text in another order'],
    ['was lowered into the strait on 4 May 2016', 'a part of a number'],
    ['weighs 1,3 tonnes and turns at up to 7 rpm', 'another number'],
    ['7 rpm.', 'too short to say anything'],
    ['', 'nothing'],
    ['"…"', 'marks alone'],
    ['the crane the crane the crane the crane the crane ship', 'words again and again'],
  ])('%p is not found: %s', (quote) => expect(found(quote)).toBeNull());

  test('other scripts are found, those without spaces from any character to any', () => {
    expect(found('ŻÓŁTE ŁODZIE BYŁY WTEDY W PORCIE')).toBe('Żółte łodzie były wtedy w porcie');
    expect(found('潮流は毎秒五メートルに達する')).toBe('潮流は毎秒五メートルに達する');
  });

  test('hostile texts and quotes cost little', () => {
    const text = `${'the '.repeat(60_000)}${'a-\n'.repeat(20_000)}`;
    const quotes = Array.from({ length: 12 }, () => `${'the '.repeat(400)}end`);
    const startMs = performance.now();
    expect(locateAll({ text, quotes })).toEqual(quotes.map(() => null));
    expect(performance.now() - startMs).toBeLessThan(4_000);
  });

  test('a short value is looked for as whole words', () => {
    expect(holds('It allows 6 MW.', '6 mw')).toBeTrue();
    expect(holds('It allows 16 MW.', '6 MW')).toBeFalse();
    expect(holds('It allows 6 MW.', ' ')).toBeFalse();
  });
});
