import { describe, expect, test } from 'bun:test';
import { finding, page } from '../typed/fixtures';
import { shapeOfSchema } from '../typed/shape';
import type { TypedOutput } from '../types';
import { type Entry, joined } from './typed-tree';

const PAGE = page(
  1,
  'The Orrin bridge was opened on 4 May 1961 by Mayor Ada Lund. Nesbit & Daughters of Halden were ' +
    'the contractors. It spans 412 metres and is green.',
);
const OPENED = finding(PAGE, 'The Orrin bridge was opened on 4 May 1961 by Mayor Ada Lund.');
const BUILT = finding(PAGE, 'Nesbit & Daughters of Halden were the contractors.');
const SPANS = finding(PAGE, 'It spans 412 metres and is green.');
const NOTHING: TypedOutput = { typed: null, error: 'no evidence', basis: [] };

function fill(
  properties: Record<string, unknown>,
  entries: Record<string, Entry>,
  byRule = NOTHING,
  required: string[] = [],
): TypedOutput {
  const schema = { type: 'object', properties, required };
  return joined(schema, shapeOfSchema(schema), new Map(Object.entries(entries)), byRule);
}

const text = { type: ['string', 'null'] };

describe('typed output with a model', () => {
  test.each([
    ['a text in any case', text, 'nesbit & daughters of halden', BUILT],
    ['a number', { type: 'integer' }, 412, SPANS],
    ['the year of a date', { type: 'integer' }, 1961, OPENED],
    ['a date', { type: 'string', format: 'date' }, '1961-05-04', OPENED],
    ['a choice', { enum: ['red', 'green'] }, 'green', SPANS],
  ])('%s that stands in the quote is taken, with the quote', (_name, schema, value, from) => {
    const { typed, basis, error } = fill({ a: schema }, { '/a': { value, finding: from } });
    expect(typed).toEqual({ a: value });
    expect(error).toBeNull();
    expect(basis).toEqual([{ field: '/a', quotes: from.quotes, confidence: from.confidence }]);
  });

  test.each([
    ['a text', text, 'Zorblax Corporation', BUILT],
    ['a text of another finding', text, 'Nesbit & Daughters', OPENED],
    ['a part of a word', text, 'aught', BUILT],
    ['a number', { type: 'integer' }, 41, SPANS],
    ['a day', { type: 'string', format: 'date' }, '1961-05-05', OPENED],
    ['a choice', { enum: ['red', 'green'] }, 'red', SPANS],
    ['no choice', { enum: ['red', 'green'] }, 'metres', SPANS],
    ['true or false', { type: 'boolean' }, true, SPANS],
    ['another type', { type: 'integer' }, 'Ada Lund', OPENED],
    ['nothing', text, '', OPENED],
  ])('%s that does not is as if nobody had said it', (_name, schema, value, from) => {
    expect(fill({ a: schema }, { '/a': { value, finding: from } })).toBe(NOTHING);
  });

  test('a field that the model leaves open stays as the rules have it', () => {
    const basis = [{ field: '/b', quotes: SPANS.quotes, confidence: 0.5 }];
    const byRule = { typed: { b: 412 }, error: null, basis };
    const properties = { a: text, b: { type: 'integer' }, c: text };
    const { typed } = fill(properties, { '/a': { value: 'Ada Lund', finding: OPENED } }, byRule);
    expect(typed).toEqual({ a: 'Ada Lund', b: 412, c: null });
  });

  test('a list is without holes, and of one mind: items of the rules are not mixed with it', () => {
    const item = { type: 'object', properties: { name: text, span: { type: 'integer' } } };
    const basis = [{ field: '/list/0/span', quotes: SPANS.quotes, confidence: 0.5 }];
    const byRule = { typed: { list: [{ name: null, span: 412 }] }, error: null, basis };
    const properties = { list: { type: 'array', items: item } };
    const entries = {
      '/list/0/name': { value: 'Zorblax', finding: OPENED },
      '/list/1/name': { value: 'Ada Lund', finding: OPENED },
      '/list/2/name': { value: 'Nesbit & Daughters', finding: BUILT },
    };
    const said = fill(properties, entries, byRule);
    expect(said.typed).toEqual({
      list: [{ name: 'Ada Lund' }, { name: 'Nesbit & Daughters' }].map((one) =>
        expect.objectContaining(one),
      ),
    });
    expect(said.basis.map(({ field }) => field)).toEqual(['/list/0/name', '/list/1/name']);
    expect(fill(properties, { '/list/0/name': entries['/list/0/name'] }, byRule)).toEqual(byRule);
  });

  test('a required field without evidence leaves the whole to the rules', () => {
    const entries = { '/a': { value: 'Ada Lund', finding: OPENED } };
    expect(fill({ a: text, b: { type: 'string' } }, entries, NOTHING, ['b'])).toBe(NOTHING);
  });

  test('what says less than the rules, or is not valid, is not taken', () => {
    const basis = ['/a', '/b'].map((field) => ({ field, quotes: SPANS.quotes, confidence: 0.5 }));
    const byRule = { typed: { a: 'It', b: 'green' }, error: null, basis };
    const list = { type: 'array', items: text, uniqueItems: true };
    const same = { value: 'Ada Lund', finding: OPENED };
    expect(fill({ a: list }, { '/a/0': same, '/a/1': same })).toBe(NOTHING);
    expect(fill({ a: text }, { '/a': same }, byRule)).toBe(byRule);
  });
});
