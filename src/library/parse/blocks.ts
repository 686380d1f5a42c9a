import { BlockWriter } from './block-writer';
import { type DomElement, type DomNode, type Visitor, walk } from './dom';
import { arrangesPage, isBlock, isCell, isChrome, isParagraph, isUnseen } from './layout';

export interface BlockOptions {
  /** Leave out navigation, headers, footers, asides and forms. */
  dropChrome: boolean;
}

/**
 * The text under `root` as a reader sees it: blocks apart by a blank line, list items as lines with
 * `- `, table rows as `cell | cell`, preformatted text as it stands.
 */
export function blockText(root: DomNode, { dropChrome }: BlockOptions): string {
  const visitor = new BlockVisitor({ element: (element) => dropChrome && isChrome(element) });
  walk(root, visitor);
  return visitor.toString();
}

/** The same of the texts that are named, and of nothing else. */
export function chosenText(root: DomNode, chosen: ReadonlySet<DomNode>): string {
  const visitor = new BlockVisitor({ text: (node) => !chosen.has(node) });
  walk(root, visitor);
  return visitor.toString();
}

/** What is not written, beside that which no reader sees. */
interface LeftOut {
  element?: (element: DomElement) => boolean;
  text?: (node: DomNode) => boolean;
}

class BlockVisitor implements Visitor {
  #writer = new BlockWriter();
  #leftOut: LeftOut;
  #preformattedDepth = 0;
  #listDepth = 0;
  #cellDepth = 0;
  #rowHasCell = false;
  /** Tables that only arrange a page: their cells are blocks. */
  #layoutTables = new Set<DomElement>();
  #tables: DomElement[] = [];

  constructor(leftOut: LeftOut) {
    this.#leftOut = leftOut;
  }

  text(node: DomNode, text: string): void {
    if (this.#leftOut.text?.(node)) return;
    if (this.#preformattedDepth > 0 && this.#cellDepth === 0) this.#writer.verbatim(text);
    else this.#writer.text(text);
  }

  enter(element: DomElement): boolean {
    if (isUnseen(element) || this.#leftOut.element?.(element)) return false;
    const { name } = element;
    if (name === 'br') this.#lineBreak();
    else if (isCell(name)) this.#enterCell();
    else this.#blockBorder(name);
    if (name === 'table') this.#enterTable(element);
    if (name === 'tr') this.#rowHasCell = false;
    if (name === 'pre') this.#preformattedDepth++;
    if (name === 'ul' || name === 'ol') this.#listDepth++;
    if (name === 'li' && this.#cellDepth === 0) this.#writer.marker('- ');
    return true;
  }

  leave({ name }: DomElement): void {
    if (isCell(name)) this.#leaveCell();
    if (name === 'table') this.#tables.pop();
    if (name === 'pre') this.#preformattedDepth--;
    if (name === 'ul' || name === 'ol') this.#listDepth--;
    this.#blockBorder(name);
    if (name === 'li' && this.#cellDepth === 0) this.#writer.marker('');
  }

  toString(): string {
    return this.#writer.toString();
  }

  #lineBreak(): void {
    if (this.#cellDepth > 0) this.#writer.text(' ');
    else if (this.#preformattedDepth > 0) this.#writer.verbatim('\n');
    else this.#writer.break(1);
  }

  #blockBorder(name: string): void {
    if (!isBlock(name)) return;
    if (this.#cellDepth > 0) this.#writer.text(' ');
    else this.#writer.break(isParagraph(name) && this.#listDepth === 0 ? 2 : 1);
  }

  #enterTable(table: DomElement): void {
    this.#tables.push(table);
    if (arrangesPage(table)) this.#layoutTables.add(table);
  }

  #inLayoutTable(): boolean {
    const table = this.#tables.at(-1);
    return table === undefined || this.#layoutTables.has(table);
  }

  #enterCell(): void {
    if (this.#inLayoutTable()) {
      this.#writer.break(2);
      return;
    }
    if (this.#rowHasCell && this.#cellDepth === 0) this.#writer.separator(' | ');
    this.#rowHasCell = true;
    this.#cellDepth++;
  }

  #leaveCell(): void {
    if (this.#inLayoutTable()) this.#writer.break(2);
    else this.#cellDepth--;
  }
}
