import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { Fault } from '../../lib/fault';
import { compilePattern, PatternError } from './pattern';
import { checkResponseSchema, validateTyped } from './schema';

const object = (properties: Record<string, unknown>) => ({ type: 'object', properties });

function nested(levels: number): Record<string, unknown> {
  let schema: Record<string, unknown> = { type: 'string' };
  for (let level = 0; level < levels; level++) schema = object({ a: schema });
  return schema;
}

/** 2^levels fields out of a few lines. */
function doubling(levels: number): Record<string, unknown> {
  const $defs: Record<string, unknown> = { d0: { type: 'string' } };
  for (let level = 1; level <= levels; level++) {
    const below = { $ref: `#/$defs/d${level - 1}` };
    $defs[`d${level}`] = object({ a: below, b: below });
  }
  return { $defs, ...object({ top: { $ref: `#/$defs/d${levels}` } }) };
}

const REFUSED: [string, unknown, RegExp][] = [
  ['no object', 'string', /send an object/],
  ['null', null, /send an object/],
  ['a list', [], /send an object/],
  ['a string at the top', { type: 'string' }, /describe an object/],
  ['nothing at the top', {}, /describe an object/],
  ['an unknown type', { type: 'objet', properties: {} }, /valid JSON Schema/],
  [
    'a keyword of a wrong type',
    object({ a: { type: 'string', maxLength: 'x' } }),
    /valid JSON Schema/,
  ],
  ['properties that are no map', { type: 'object', properties: [] }, /valid JSON Schema/],
  ['an unknown dialect', { $schema: 'https://evil.example/schema', type: 'object' }, /\$schema/],
  ['a remote $ref', object({ a: { $ref: 'https://evil.example/x.json' } }), /leaves it/],
  ['a relative $ref', object({ a: { $ref: 'other.json#/a' } }), /leaves it/],
  ['a $ref to nothing', object({ a: { $ref: '#/$defs/none' } }), /nowhere/],
  ['a $ref into what objects inherit', object({ a: { $ref: '#/$defs/constructor' } }), /nowhere/],
  [
    'a $ref to itself',
    { ...object({ a: { $ref: '#' } }), $defs: {} },
    /refers to itself|more than/,
  ],
  [
    'two $refs in a circle',
    {
      ...object({ a: { $ref: '#/$defs/x' } }),
      $defs: { x: { $ref: '#/$defs/y' }, y: { $ref: '#/$defs/x' } },
    },
    /refers to itself/,
  ],
  ['an $id inside', object({ a: { $id: 'https://x.example/', type: 'string' } }), /\$id/],
  ['a dynamic $ref', object({ a: { $dynamicRef: '#x' } }), /dynamicRef/],
  ['too many levels', nested(17), /deeper/],
  ['very many levels', nested(20_000), /deeper/],
  ['too many bytes', object({ a: { description: 'x'.repeat(70_000) } }), /64 KiB/],
  [
    'too many bytes of few characters',
    object({ a: { description: '字'.repeat(22_000) } }),
    /64 KiB/,
  ],
  ['fields that double', doubling(14), /more than/],
  [
    'a prototype by name',
    JSON.parse('{"type":"object","properties":{"__proto__":{"type":"string"}}}'),
    /__proto__/,
  ],
  ['an invalid pattern', object({ a: { type: 'string', pattern: '(' } }), /pattern|regex/],
  [
    'a long pattern',
    object({ a: { type: 'string', pattern: 'a'.repeat(300) } }),
    /longer than 256/,
  ],
  ['a back-reference', object({ a: { pattern: '(a)\\1' } }), /back-reference/],
  ['a look-ahead', object({ a: { pattern: '(?=a)b' } }), /look-around/],
  ['repeats that multiply', object({ a: { pattern: '((a{50}){50}){50}' } }), /too large/],
  [
    'a pattern of names',
    { type: 'object', properties: {}, patternProperties: { '(x)\\1': {} } },
    /back-reference/,
  ],
];

describe('checkResponseSchema', () => {
  for (const [name, schema, reason] of REFUSED) {
    test(`refuses ${name}`, () => {
      let thrown: unknown;
      try {
        checkResponseSchema(schema);
      } catch (fault) {
        thrown = fault;
      }
      expect(thrown).toBeInstanceOf(Fault);
      expect(thrown).toMatchObject({ code: 'invalid_request', field: 'response_schema' });
      expect((thrown as Fault).message).toMatch(reason);
    });
  }

  test('takes what clients send', () => {
    checkResponseSchema(nested(16));
    checkResponseSchema({ properties: { a: true, b: { enum: [1, null] }, c: { const: 'x' } } });
    checkResponseSchema({
      type: ['object', 'null'],
      properties: { constructor: { type: 'string' } },
    });
    checkResponseSchema({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $id: 'https://client.example/schema.json',
      ...object({ a: { $ref: '#/$defs/a' }, b: { $ref: '#/$defs/a' } }),
      $defs: {
        a: { type: 'string', pattern: '^[a-z0-9]+(?:-[a-z0-9]+)*$', format: 'nobody-knows' },
      },
    });
  });

  test('says the same of the same schema, however often it is asked', () => {
    const schema = {
      $id: 'https://client.example/twice.json',
      ...object({ a: { type: 'string' } }),
    };
    for (let times = 0; times < 3; times++) {
      checkResponseSchema(schema);
      expect(validateTyped(schema, { a: 1 })).toEqual(['/a must be string']);
    }
  });
});

describe('validateTyped', () => {
  test('a pattern that makes others hang takes no time', () => {
    const schema = object({ a: { type: 'string', pattern: '^(a+)+$' } });
    checkResponseSchema(schema);
    const started = performance.now();
    expect(validateTyped(schema, { a: `${'a'.repeat(2_000)}!` })).toHaveLength(1);
    expect(validateTyped(schema, { a: 'a'.repeat(2_000) })).toEqual([]);
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  test('a property that every object inherits is not there by itself', () => {
    const schema = { ...object({ constructor: { type: 'string' } }), required: ['constructor'] };
    expect(validateTyped(schema, {})).toHaveLength(1);
    expect(validateTyped(schema, { constructor: 'Lotus' })).toEqual([]);
  });
});

describe('compilePattern', () => {
  const atom = fc.constantFrom(
    'a',
    'b',
    '.',
    '[ab]',
    '[^a]',
    '\\d',
    '\\w',
    '\\s',
    '\\.',
    '\\u0061',
    'é',
    '😀',
    '\\p{Lu}',
    '[\\]\\-]',
    '^',
    '$',
    '\\b',
  );
  const pattern = fc.letrec<{ node: string }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      atom,
      fc.tuple(tie('node'), tie('node')).map(([a, b]) => a + b),
      fc.tuple(tie('node'), tie('node')).map(([a, b]) => `(?:${a}|${b})`),
      fc
        .tuple(tie('node'), fc.constantFrom('*', '+', '?', '{2}', '{1,2}', '{0,}', '*?'))
        .map(([a, sign]) => `(${a})${sign}`),
    ),
  })).node;
  const text = fc.string({
    unit: fc.constantFrom('a', 'b', '1', ' ', '.', 'é', '😀', 'A', '-', '\n'),
    maxLength: 8,
  });

  test.each([
    ['\\u0061\\u0062', 'ab'],
    ['^\\ud83d\\ude00$', '\u{1f600}'],
    ['^\\uD83D\\uDE00\\u0061$', '\u{1f600}a'],
  ])('%p is read as the characters that it spells', (source, subject) => {
    expect(new RegExp(source, 'u').test(subject)).toBeTrue();
    expect(compilePattern(source).test(subject)).toBeTrue();
  });

  test('matches what the platform matches', () => {
    fc.assert(
      fc.property(pattern, text, (source, subject) => {
        expect(compilePattern(source).test(subject)).toBe(new RegExp(source, 'u').test(subject));
      }),
      { numRuns: 500 },
    );
  });

  test('whatever the pattern, it is refused or compiled', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'ab()[]{}|*+?^$\\.,12dwpu<:='), maxLength: 12 }),
        (source) => {
          try {
            expect(compilePattern(source).test('ab12')).toBe(new RegExp(source, 'u').test('ab12'));
          } catch (thrown) {
            expect(thrown).toBeInstanceOf(PatternError);
          }
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
