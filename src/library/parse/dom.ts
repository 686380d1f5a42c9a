/** A page, and what stands in it. It is never changed. */
export interface DomNode {
  /** Those that are `unread`, as scripts are, hold nothing for a reader, nor does anything in them. */
  readonly kind: 'page' | 'element' | 'text' | 'unread';
  /** Of a text. */
  readonly data: string;
  readonly parent: DomNode | null;
  readonly next: DomNode | null;
  /** The first of those in it. */
  readonly first: DomNode | null;
}

export interface DomElement extends DomNode {
  /** In lower case. */
  readonly name: string;
  readonly attribs: Readonly<Record<string, string>>;
}

export function isElement(node: DomNode): node is DomElement {
  return node.kind === 'element';
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
    if (node.kind === 'text') visitor.text(node, node.data);
    if (entered && node.first) {
      node = node.first;
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
