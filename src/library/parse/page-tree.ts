import { type Handler, Parser } from 'htmlparser2';
import { Fault } from '../../lib/fault';
import type { DomElement, DomNode } from './dom';
import { PageTokenizer } from './tokenizer';

/** About half a kilobyte of memory each: what one page may cost a worker. */
const MAX_ELEMENTS = 250_000;

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
  const builder = new TreeBuilder();
  new Parser(builder, { Tokenizer: PageTokenizer }).end(html);
  return builder.root;
}

function countElements(html: string): number {
  return html.match(/<[a-z]/gi)?.length ?? 0;
}

/** One form for all nodes, texts too: whoever walks a page meets no other. */
interface TreeNode extends DomElement {
  data: string;
  parent: TreeNode | null;
  next: TreeNode | null;
  first: TreeNode | null;
  last: TreeNode | null;
}

const NO_ATTRIBUTES: Record<string, string> = {};
/** Nobody reads what is in them. */
const UNREAD = new Set(['script', 'style']);

/** The tree of what the parser tells of, without what stands between texts and is none. */
class TreeBuilder implements Partial<Handler> {
  #root = nodeOf('page', '', '', NO_ATTRIBUTES, null);
  #parent = this.#root;
  /** While nothing but text comes, it is one. */
  #text: TreeNode | null = null;

  get root(): DomNode {
    return this.#root;
  }

  onopentag(name: string, attributes: Record<string, string>): void {
    this.#parent = this.#add(UNREAD.has(name) ? 'unread' : 'element', name, '', attributes);
    this.#text = null;
  }

  onclosetag(): void {
    // A tag that the page's end cuts off is closed and was never opened: nothing comes after it.
    this.#parent = this.#parent.parent ?? this.#root;
    this.#text = null;
  }

  ontext(text: string): void {
    if (this.#text) this.#text.data += text;
    else this.#text = this.#add('text', '', text, NO_ATTRIBUTES);
  }

  oncomment(): void {
    this.#text = null;
  }

  onprocessinginstruction(): void {
    this.#text = null;
  }

  #add(
    kind: DomNode['kind'],
    name: string,
    data: string,
    attribs: Record<string, string>,
  ): TreeNode {
    const parent = this.#parent;
    const node = nodeOf(kind, name, data, attribs, parent);
    if (parent.last) parent.last.next = node;
    else parent.first = node;
    parent.last = node;
    return node;
  }
}

function nodeOf(
  kind: DomNode['kind'],
  name: string,
  data: string,
  attribs: Record<string, string>,
  parent: TreeNode | null,
): TreeNode {
  return { kind, name, data, attribs, parent, next: null, first: null, last: null };
}
