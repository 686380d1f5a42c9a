import { expect, test } from 'bun:test';
import { Type } from '@sinclair/typebox';
import { validator } from './validate';

const strict = { additionalProperties: false };
const check = validator(
  Type.Object(
    { topic: Type.String(), budget: Type.Optional(Type.Object({ usd: Type.Number() }, strict)) },
    strict,
  ),
);

test.each([
  [{ topic: 'a', tpic: 'b' }, 'tpic is not a known field: known are topic, budget'],
  [{ topic: 'a', budget: { usd: 1, eur: 1 } }, 'budget/eur is not a known field: known are usd'],
  [{}, 'topic is required'],
  [{ topic: 7 }, 'topic must be a string'],
])('%j is refused with the field and the remedy', (value, message) => {
  expect(() => check(value)).toThrow(message);
});
