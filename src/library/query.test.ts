import { Database } from 'bun:sqlite';
import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { anyOf, COUNT_LIMIT, planSearch, queryTerms } from './query';

const hostileQuery = fc.string({
  unit: fc.oneof(
    fc.constantFrom('"', '*', '(', ')', ':', '^', '-', '+', ' ', '\u0000', '\ud800', '{', '}', 'é'),
    fc.constantFrom(' OR ', ' AND ', ' NOT ', 'NEAR(', 'title:', 'rowid', 'the', 'word', '\u0301'),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 2 }),
  ),
});

test('no query, however hostile, is a syntax error, and every term is quoted', () => {
  const database = new Database(':memory:');
  database.exec(
    "CREATE VIRTUAL TABLE t USING fts5(title, body, tokenize = 'porter unicode61 remove_diacritics 2')",
  );
  database.exec("INSERT INTO t VALUES ('word', 'near or not')");
  const match = database.prepare('SELECT count(*) FROM t WHERE t MATCH ?');
  fc.assert(
    fc.property(hostileQuery, fc.nat(50_000), (query, chunkCount) => {
      const terms = queryTerms(query);
      for (const term of terms) expect(term).toMatch(/^[\p{L}\p{N}][\p{L}\p{N}\p{M}]*$/u);
      const counted = terms.map((term, at) => ({ term, chunkCount: chunkCount * (at % 3) }));
      for (const expression of planSearch(counted).expressions) match.get(expression);
      if (terms.length > 0) match.get(anyOf(terms));
    }),
    { numRuns: 500 },
  );
  database.close();
});

test('stop words go, unless nothing else is left', () => {
  expect(queryTerms('What is the height of the tower?')).toEqual(['height', 'tower']);
  expect(queryTerms('To be or not to be')).toEqual(['to', 'be', 'or', 'not']);
  expect(queryTerms('" * ( NEAR(')).toEqual(['near']);
  expect(queryTerms('***')).toEqual([]);
});

test('a query is bounded in the number and the length of its terms', () => {
  const many = Array.from({ length: 500 }, (_, at) => `term${at}`).join(' ');
  expect(queryTerms(many)).toHaveLength(32);
  expect(queryTerms('x'.repeat(3_000))[0]?.length).toBe(64);
});

test('few matches are all ranked; common words only support rarer ones', () => {
  const small = planSearch([
    { term: 'a1', chunkCount: 30 },
    { term: 'b1', chunkCount: 400 },
  ]);
  expect(small.expressions).toEqual(['"a1" OR "b1"']);
  const large = planSearch([
    { term: 'common', chunkCount: 20_000 },
    { term: 'rare', chunkCount: 10 },
    { term: 'everywhere', chunkCount: COUNT_LIMIT },
  ]);
  expect(large.expressions).toEqual(['("rare") AND ("common")', '"rare"']);
});
