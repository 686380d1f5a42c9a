import { expect, test } from 'bun:test';
import fc from 'fast-check';
import type { SearchHit } from '../ports';
import { fuse } from './search';

const hit = (name: string): SearchHit => ({
  url: `https://example.com/${name}`,
  title: name,
  provider: 'test',
  snippet: null,
  doi: null,
  snapshotHash: null,
});

const found = (query: string, names: string) => ({ query, hits: names.split(' ').map(hit) });
const titles = (hits: SearchHit[]) => hits.map(({ title }) => title).join(' ');

test('what two providers find for one query comes before what only one finds', () => {
  expect(titles(fuse([found('q', 'a b c'), found('q', 'd c e')]))).toStartWith('c ');
});

test('the best hit of every query comes before the second of any, however many agree on that', () => {
  const lists = [found('whole', 'a x y'), found('left', 'a x z'), found('right', 'b x y')];
  expect(titles(fuse(lists))).toBe('a b x y z');
});

test('every hit is there once, whatever the lists', () => {
  const names = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'));
  const lists = fc.array(fc.tuple(fc.constantFrom('q', 'r', 's'), names));
  fc.assert(
    fc.property(lists, (given) => {
      const fused = fuse(given.map(([query, list]) => ({ query, hits: list.map(hit) })));
      const wanted = new Set(given.flatMap(([, list]) => list));
      expect(fused.map(({ title }) => title).sort()).toEqual([...wanted].sort());
    }),
  );
});
