import { expect, test } from 'bun:test';
import { binsOf, calibrationError, drawn } from './curve';

const forecasts = (confidence: number, right: number, wrong: number) => [
  ...Array.from({ length: right }, () => ({ confidence, right: true })),
  ...Array.from({ length: wrong }, () => ({ confidence, right: false })),
];

test('what is said to be 0.9 and right nine times of ten has no error', () => {
  expect(calibrationError(forecasts(0.9, 9, 1))).toBeCloseTo(0, 9);
});

test('the error is the gap between said and right, weighed by how many', () => {
  expect(calibrationError([...forecasts(0.9, 3, 0), ...forecasts(0.5, 0, 1)])).toBeCloseTo(
    0.75 * 0.1 + 0.25 * 0.5,
    9,
  );
});

test('certainty falls into the last bin, and empty bins are left out', () => {
  expect(binsOf(forecasts(1, 2, 0))).toEqual([{ from: 0.9, count: 2, said: 1, right: 1 }]);
});

test('a bar as long as what is right has its mark at what was said', () => {
  const [line] = drawn(forecasts(0.75, 1, 1));
  expect(line).toBe(`0.75  ${'█'.repeat(20)}${' '.repeat(10)}|${' '.repeat(10)} 0.50  2`);
});
