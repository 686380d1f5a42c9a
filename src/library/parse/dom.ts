import { parseDocument } from 'htmlparser2';
import { Fault } from '../../lib/fault';
import { PageTokenizer } from './tokenizer';

/** The part of the parser's tree that we read; it is never changed. */
export interface DomNode {
  type: string;
  /** Of a text. */
  data?: string;
  parent: DomNode | null;
  next: DomNode | null;
  /** Absent from texts and comments. */
  children?: DomNode[];
}

export interface DomElement extends DomNode {
  /** In lower case. */
  name: string;
  attribs: Record<string, string>;
  children: DomNode[];
}

/** About half a kilobyte of memory each: what one page may cost a worker. */
const MAX_ELEMENTS = 250_000;

/** The parser calls `script` and `style` by types of their own: nobody reads what is in them. */
export function isElement(node: DomNode): node is DomElement {
  return node.type === 'tag';
}

/** Throws Fault `unprocessable` for a page with more elements than any text needs. */
export function parseDom(html: string): DomNode {
  // No tag is shorter than two units: only a page that may hold too many is counted.
  const elementCount = html.length > 2 * MAX_ELEMENTS ? countElements(html) : 0;
  if (elementCount > MAX_ELEMENTS) {
    throw new Fault(
      'unprocessable',
      `the page has ${elementCount} elements and at most ${MAX_ELEMENTS} can be read: split it`,
    );
  }
  return parseDocument(html, { Tokenizer: PageTokenizer }) as unknown as DomNode;
}

function countElements(html: string): number {
  return html.match(/<[a-z]/gi)?.length ?? 0;
}

export interface Visitor {
  text(node: DomNode, text: string): void;
  /** False skips the element's children, and its `leave`. */
  enter(element: DomElement): boolean;
  leave(element: DomElement): void;
}

/** Depth first and without recursion: a page nested a hundred thousand deep is still only a page. */
export function walk(root: DomNode, visitor: Visitor): void {
  let node: DomNode = root;
  for (;;) {
    const entered = isElement(node) ? visitor.enter(node) : node === root;
    if (node.type === 'text') visitor.text(node, node.data ?? '');
    const first: DomNode | undefined = entered ? node.children?.[0] : undefined;
    if (first) {
      node = first;
      continue;
    }
    if (entered && isElement(node)) visitor.leave(node);
    while (node !== root && !node.next) {
      if (!node.parent) return;
      node = node.parent;
      if (isElement(node)) visitor.leave(node);
    }
    if (node === root || !node.next) return;
    node = node.next;
  }
}

/** The first element that passes, in the order of the page. */
export function findElement(
  root: DomNode,
  passes: (element: DomElement) => boolean,
): DomElement | undefined {
  let found: DomElement | undefined;
  walk(root, {
    text() {},
    enter(element) {
      if (!found && passes(element)) found = element;
      return found === undefined;
    },
    leave() {},
  });
  return found;
}

export function textContent(root: DomNode): string {
  const parts: string[] = [];
  walk(root, {
    text: (_, text) => parts.push(text),
    enter: () => true,
    leave() {},
  });
  return parts.join('');
}
