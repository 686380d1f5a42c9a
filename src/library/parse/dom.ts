import { parseHTML } from 'linkedom';
import { Fault } from '../../lib/fault';

/** The part of the DOM that we read, since the project compiles without the browser's types. */
export interface DomNode {
  nodeType: number;
  nodeValue: string | null;
  firstChild: DomNode | null;
  nextSibling: DomNode | null;
  parentNode: DomNode | null;
}

export interface DomElement extends DomNode {
  localName: string;
  textContent: string;
  getAttribute(name: string): string | null;
}

export interface DomDocument {
  documentElement: DomElement;
  body: DomElement;
  querySelector(selector: string): DomElement | null;
}

const ELEMENT = 1;
const TEXT = 3;

/** About 1.5 kB of memory each: what one page may cost a worker. */
const MAX_ELEMENTS = 250_000;
const HTML_SHELL = /<html[\s>]/i;
const BODY_SHELL = /<body[\s>]/i;

export function isElement(node: DomNode): node is DomElement {
  return node.nodeType === ELEMENT;
}

function isText(node: DomNode): boolean {
  return node.nodeType === TEXT;
}

/** Throws Fault `unprocessable` for a page with more elements than any text needs. */
export function parseDom(html: string): DomDocument {
  const elementCount = html.match(/<[a-z]/gi)?.length ?? 0;
  if (elementCount > MAX_ELEMENTS) {
    throw new Fault(
      'unprocessable',
      `the page has ${elementCount} elements and at most ${MAX_ELEMENTS} can be read: split it`,
    );
  }
  // The parser makes no body of its own: without one, the text would lie outside of it.
  const whole = HTML_SHELL.test(html) && BODY_SHELL.test(html);
  const source = whole ? html : `<html><head></head><body>${html}</body></html>`;
  return (parseHTML(source) as unknown as { document: DomDocument }).document;
}

export interface Visitor {
  text(node: DomNode): void;
  /** False skips the element's children, and its `leave`. */
  enter(element: DomElement): boolean;
  leave(element: DomElement): void;
}

/** Depth first and without recursion: a page nested a hundred thousand deep is still only a page. */
export function walk(root: DomNode, visitor: Visitor): void {
  let node: DomNode = root;
  for (;;) {
    const entered = isElement(node) ? visitor.enter(node) : false;
    if (isText(node)) visitor.text(node);
    if (entered && node.firstChild) {
      node = node.firstChild;
      continue;
    }
    if (entered && isElement(node)) visitor.leave(node);
    while (node !== root && !node.nextSibling) {
      const parent: DomNode | null = node.parentNode;
      if (!parent) return;
      node = parent;
      if (isElement(node)) visitor.leave(node);
    }
    if (node === root || !node.nextSibling) return;
    node = node.nextSibling;
  }
}

export interface Shape {
  elementCount: number;
  depth: number;
}

export function shapeOf(root: DomNode): Shape {
  const shape: Shape = { elementCount: 0, depth: 0 };
  let depth = 0;
  walk(root, {
    text() {},
    enter() {
      shape.elementCount++;
      depth++;
      shape.depth = Math.max(shape.depth, depth);
      return true;
    },
    leave() {
      depth--;
    },
  });
  return shape;
}
