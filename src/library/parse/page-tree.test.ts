import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { parseDocument } from 'htmlparser2';
import { brokenPages } from '../../../tests/support/markup';
import { type DomNode, isElement } from './dom';
import { parseDom } from './page-tree';

interface LibraryNode {
  type: string;
  name?: string;
  attribs?: Record<string, string>;
  data?: string;
  children?: LibraryNode[];
}

function linesOfLibrary({ type, name, attribs, data, children = [] }: LibraryNode): string[] {
  const inside = children.flatMap(linesOfLibrary);
  if (type === 'text') return [JSON.stringify(data)];
  if (type === 'comment' || type === 'directive') return [];
  if (name === undefined) return inside;
  return [`<${name} ${JSON.stringify(attribs)}`, ...inside, '>'];
}

function linesOf(node: DomNode): string[] {
  const inside: string[] = [];
  for (let child = node.first; child; child = child.next) {
    expect(child.parent).toBe(node);
    inside.push(...linesOf(child));
  }
  if (node.kind === 'text') return [JSON.stringify(node.data)];
  if (node.kind === 'page') return inside;
  const { name, attribs } = node as DomNode & { name: string; attribs: object };
  expect(isElement(node)).toBe(name !== 'script' && name !== 'style');
  return [`<${name} ${JSON.stringify(attribs)}`, ...inside, '>'];
}

test('a page is the tree that the library makes of it, without comments and directives', () => {
  fc.assert(
    fc.property(brokenPages, (html) => {
      const expected = linesOfLibrary(parseDocument(html) as unknown as LibraryNode);
      expect(linesOf(parseDom(html))).toEqual(expected);
    }),
    { numRuns: 2_000 },
  );
});
