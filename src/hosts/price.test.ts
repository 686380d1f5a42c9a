import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { runRequest } from '../../tests/support/pool';
import { boundMicros, costMicros, earningsOf, priceFor, priceOfUsd, usdOfPrice } from './price';
import { promptBound } from './prompt';

test('256 tokens at $0.0001 are 2.56 credits', () => {
  const price = { inputMicros: 0, outputMicros: priceOfUsd(0.0001) };
  expect(boundMicros(price, 1_000, 256)).toBe(2_560_000);
  expect(usdOfPrice(price.outputMicros)).toBe(0.0001);
});

test('no bill is above its hold, and hosts and operator share it to the last micro-credit', () => {
  const price = fc.record({ inputMicros: fc.nat(10 ** 9), outputMicros: fc.nat(10 ** 9) });
  fc.assert(
    fc.property(price, fc.nat(9_999), fc.nat(9_999), fc.nat(100), (each, prompt, tokens, share) => {
      const paid = costMicros(each, prompt, tokens);
      expect(paid).toBeLessThanOrEqual(boundMicros(each, prompt, tokens));
      const earned = earningsOf(paid, share);
      expect(earned).toBeGreaterThanOrEqual(0);
      expect(earned).toBeLessThanOrEqual(paid);
    }),
  );
});

test('an embedding is paid by its prompt', () => {
  const price = { inputMicros: 0, outputMicros: 7 };
  expect(priceFor({ ...runRequest, task: 'embedding' }, price)).toEqual({
    inputMicros: 7,
    outputMicros: 0,
  });
  expect(priceFor(runRequest, price)).toEqual(price);
});

test('a prompt has no more tokens than it is said to have at most', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (inputText) => {
      // A token of any vocabulary stands for a byte at least.
      expect(promptBound({ ...runRequest, inputText })).toBeGreaterThanOrEqual(
        Buffer.byteLength(inputText),
      );
    }),
  );
});
