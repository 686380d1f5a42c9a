import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { fillTyped } from './fill';
import { finding, page } from './fixtures';
import { checkResponseSchema, validateTyped } from './schema';

const NAMES = [
  'price',
  'founder',
  'founded',
  'release_date',
  'is_waterproof',
  'colors',
  'status',
  'items',
  'name',
  'constructor',
  'a/b',
  'half_life_hours',
  '',
  '価格',
  'ceo_name',
];
const SENTENCES = [
  'Acme was founded in 1999 by Jane Doe and Bob Lee.',
  'The price of the X200 is $1,299.50, or €1.2 million a year.',
  'It was released on 12 March 2023 and not in May 2022.',
  'The laptop is not waterproof, though it is fast.',
  'Colours include red, green, and dark blue.',
  'Status: active. Its status was discontinued?',
  'Half-life: 5–7 hours (1879–1955).',
  '- Acme 😀 costs five dollars; Zürich costs twenty-five.',
  '価格は5000円です。名前は東京。',
  'The CEO, Maria Gómez, sold items A, B and C for 10% of −3 kg.',
  '(((((( [1] [2] 1.2.3 -- "" “x” 31/12/2020 2020-02-30T25:61:00Z http://[::1] a@b',
  'X'.repeat(700),
  'constructor toString __proto__ hasOwnProperty 9999999999999999999999 1e400',
];

const leaf = fc.oneof(
  fc.record(
    {
      type: fc.constantFrom<unknown>('string', ['string', 'null']),
      format: fc.constantFrom('date', 'date-time', 'uri', 'email', 'uuid', 'time', 'nobody'),
      maxLength: fc.nat(30),
      minLength: fc.nat(3),
      pattern: fc.constantFrom('^[A-Z]', '\\d+', '^(a+)+$'),
    },
    { requiredKeys: ['type'] },
  ),
  fc.record(
    {
      type: fc.constantFrom<unknown>(
        'integer',
        'number',
        ['integer', 'null'],
        ['string', 'number'],
      ),
      minimum: fc.integer({ min: -5, max: 100 }),
      maximum: fc.integer({ min: 0, max: 5_000 }),
      multipleOf: fc.constantFrom(0.01, 0.1, 5, 7),
    },
    { requiredKeys: ['type'] },
  ),
  fc.constantFrom<unknown>(
    { type: 'boolean' },
    { type: ['boolean', 'null'] },
    { enum: ['active', 'discontinued', null, 5, true] },
    { const: 'active' },
    { anyOf: [{ type: 'string', maxLength: 5 }, { type: 'null' }] },
    { oneOf: [{ type: 'integer' }, { type: 'number' }] },
    { not: { type: 'string' } },
    true,
    false,
    {},
  ),
);

const { schema } = fc.letrec<{ schema: unknown; object: unknown }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 3 },
    leaf,
    fc.record(
      {
        type: fc.constant('array'),
        items: tie('schema'),
        minItems: fc.nat(3),
        maxItems: fc.nat(3),
        uniqueItems: fc.boolean(),
      },
      { requiredKeys: ['type'] },
    ),
    tie('object'),
  ),
  object: fc
    .uniqueArray(fc.tuple(fc.constantFrom(...NAMES), tie('schema')), {
      selector: ([name]) => name,
      maxLength: 5,
    })
    .chain((entries) =>
      fc.record(
        {
          type: fc.constantFrom<unknown>('object', ['object', 'null']),
          properties: fc.constant(Object.fromEntries(entries)),
          required: fc.subarray(entries.map(([name]) => name)),
          additionalProperties: fc.boolean(),
          minProperties: fc.nat(2),
        },
        { requiredKeys: ['type', 'properties'] },
      ),
    ),
}));
const root = schema.map((inner) => ({
  type: 'object',
  properties: { price: inner, items: inner },
}));

const text = fc
  .array(fc.tuple(fc.constantFrom(...SENTENCES), fc.constantFrom(' ', '\n', '\n\n', '')), {
    maxLength: 12,
  })
  .map((parts) => parts.flat().join(''));
const noise = fc.string({ unit: 'grapheme', maxLength: 200 });

test('whatever the schema and pages: valid or null with a reason, and every quote stands', () => {
  fc.assert(
    fc.property(
      root,
      fc.array(fc.oneof({ weight: 4, arbitrary: text }, noise), { maxLength: 3 }),
      fc.oneof(fc.constantFrom('What is the price of the X200?', 'Who founded Acme?', ''), noise),
      (schema, texts, question) => {
        checkResponseSchema(schema);
        const pages = texts.map((text, at) => page(at + 1, text));
        const first = pages.find((one) => one.text.length > 5);
        const findings = first ? [finding(first, first.text.slice(0, 20))] : [];
        const output = fillTyped({ schema, question, pages, findings });

        expect(fillTyped({ schema, question, pages, findings })).toEqual(output);
        expect(JSON.parse(JSON.stringify(output))).toEqual(output);
        if (output.error !== null) {
          expect(output).toMatchObject({ typed: null, basis: [] });
          return;
        }
        expect(validateTyped(schema, output.typed)).toEqual([]);
        for (const { field, quotes } of output.basis) {
          expect(at(output.typed, field) ?? null).not.toBeNull();
          for (const quote of quotes) {
            expect(quote.text).not.toBe('');
            expect(pages[quote.source - 1]?.text.slice(quote.start, quote.end)).toBe(quote.text);
          }
        }
        expect(output.basis.map(({ field }) => field).sort()).toEqual(leaves(output.typed).sort());
      },
    ),
    { numRuns: 150 },
  );
}, 20_000);

function at(value: unknown, pointer: string): unknown {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>((inner, key) => (inner as Record<string, unknown>)[key], value);
}

/** Pointers of all that is neither null nor a container. */
function leaves(value: unknown, pointer = ''): string[] {
  if (value === null) return [];
  if (typeof value !== 'object') return [pointer];
  return Object.entries(value).flatMap(([key, inner]) =>
    leaves(inner, `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`),
  );
}

test('twenty fields over twenty long pages take well under a second', () => {
  const filler = Array.from(
    { length: 180 },
    (_, at) =>
      `In ${1800 + at} the price of item ${at} rose to $${at},000 when Founder Number ${at} founded company ${at}, released on ${(at % 27) + 1} May ${1800 + at}.`,
  ).join(' ');
  const pages = Array.from({ length: 20 }, (_, at) => page(at + 1, filler.slice(0, 20_000)));
  const names =
    'price founder founded release_date is_waterproof colors status ceo height_m weight_kg population author capital city dose_mg revenue employees website description winner'.split(
      ' ',
    );
  const types: Record<string, unknown> = {
    founded: { type: ['integer', 'null'] },
    release_date: { type: ['string', 'null'], format: 'date' },
    is_waterproof: { type: ['boolean', 'null'] },
    colors: { type: ['array', 'null'], items: { type: 'string' } },
    price: { type: ['number', 'null'] },
  };
  const schema = {
    type: 'object',
    properties: Object.fromEntries(
      names.map((name) => [name, types[name] ?? { type: ['string', 'null'] }]),
    ),
  };
  const input = { schema, question: 'What did item 7 cost?', pages, findings: [] };
  fillTyped(input);
  const started = performance.now();
  expect(fillTyped(input).error).toBeNull();
  expect(performance.now() - started).toBeLessThan(1_500);
});

test('hostile text does not make an extractor hang', () => {
  const hostile = [
    'A '.repeat(9_000),
    'A'.repeat(20_000),
    '1,'.repeat(9_000),
    '('.repeat(20_000),
    'price, and '.repeat(1_800),
    '"'.repeat(20_000),
    'one hundred and '.repeat(1_200),
    `price${' '.repeat(20_000)}`,
    '1879–'.repeat(3_000),
  ];
  const schema = {
    type: 'object',
    properties: {
      price: { type: ['number', 'null'] },
      a: { type: ['string', 'null'] },
      price_date: { type: ['string', 'null'], format: 'date' },
      prices: {
        type: ['array', 'null'],
        items: {
          type: 'object',
          properties: { name: { type: 'string' }, price: { type: 'number' } },
        },
      },
      price_url: { type: ['string', 'null'], format: 'uri' },
    },
  };
  const pages = hostile.map((text, at) => page(at + 1, `The price of A is one. ${text}`));
  const started = performance.now();
  expect(
    fillTyped({ schema, question: 'What is the price of A?', pages, findings: [] }).error,
  ).toBeNull();
  expect(performance.now() - started).toBeLessThan(5_000);
});
