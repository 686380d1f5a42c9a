import { describe, expect, test } from 'bun:test';
import { Type } from '@sinclair/typebox';
import fc from 'fast-check';
import { readJson } from './repair';

const SCHEMA = Type.Object({ quotes: Type.Array(Type.String()) }, { additionalProperties: false });
const ANSWER = '{"quotes": ["a {b}", "c"]}';

describe('the JSON of an answer', () => {
  test.each([
    ANSWER,
    `\`\`\`json\n${ANSWER}\n\`\`\``,
    `Here you are:\n\n\`\`\`\n${ANSWER}\n\`\`\`\nAnything else?`,
    `<think>{"quotes": ["no"]} or rather</think>${ANSWER}`,
    `Sure! ${ANSWER} I hope this helps.`,
    '{"quotes": ["a {b}", "c",],}',
    "{'quotes': ['a {b}', 'c']}",
    '{quotes: ["a {b}", "c"]}',
    '{"quotes": ["a {b}", "c"',
    '```json\n{"quotes": ["a {b}", "c"]',
  ])('%p is read', (text) => expect(readJson(SCHEMA, text)).toEqual({ quotes: ['a {b}', 'c'] }));

  test.each(['', 'no', '[]', '{"quotes": "a"}', '{"other": []}', '<think>{"quotes": []}', 'null'])(
    '%p is none',
    (text) => expect(readJson(SCHEMA, text)).toBeUndefined(),
  );

  test('nothing that a model may say makes it throw', () => {
    const pieces = fc.constantFrom(
      '{',
      '}',
      '[',
      '"',
      "'",
      ':',
      ',',
      '\\',
      '```',
      '<think>',
      'a',
      '\n',
    );
    fc.assert(
      fc.property(fc.array(pieces), fc.string(), (some, noise) => {
        readJson(SCHEMA, some.join('') + noise);
      }),
    );
    readJson(SCHEMA, '{"quotes":'.repeat(20_000));
    readJson(SCHEMA, `{"quotes":${'['.repeat(100_000)}`);
  });
});
