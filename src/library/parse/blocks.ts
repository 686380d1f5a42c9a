import { BlockWriter } from './block-writer';
import { type DomElement, type DomNode, isElement, type Visitor, walk } from './dom';

/** Never text for a reader. */
const DROPPED = new Set(
  `script style noscript template head title meta link iframe object embed audio video canvas svg
   map button input select option textarea datalist dialog annotation annotation-xml`.split(/\s+/),
);
/** Around the text rather than of it. */
const CHROME = new Set('nav header footer aside form'.split(' '));
const CHROME_ROLES = new Set('navigation banner contentinfo complementary search form'.split(' '));
const PARAGRAPHS = new Set(
  `p h1 h2 h3 h4 h5 h6 ul ol dl blockquote pre figure table hr address details fieldset section
   article main header footer nav aside form body center`.split(/\s+/),
);
const LINES = new Set(
  'div li dt dd tr caption figcaption summary legend thead tbody tfoot'.split(' '),
);
const HIDDEN_STYLE = /(?:display\s*:\s*none|visibility\s*:\s*hidden)/i;
/** Footnote marks and edit links of MediaWiki: they would stand in the middle of a quote. */
const WIKI_MARKS = /(?:^|\s)(?:reference|mw-editsection|noprint)(?:\s|$)/;

export interface BlockOptions {
  /** Leave out navigation, headers, footers, asides and forms. */
  dropChrome: boolean;
}

/**
 * The text under `root` as a reader sees it: blocks apart by a blank line, list items as lines with
 * `- `, table rows as `cell | cell`, preformatted text as it stands.
 */
export function blockText(root: DomNode, options: BlockOptions): string {
  const visitor = new BlockVisitor(options);
  walk(root, visitor);
  return visitor.toString();
}

class BlockVisitor implements Visitor {
  #writer = new BlockWriter();
  #options: BlockOptions;
  #preformattedDepth = 0;
  #listDepth = 0;
  #cellDepth = 0;
  #rowHasCell = false;
  /** Tables that only arrange a page: their cells are blocks. */
  #layoutTables = new Set<DomElement>();
  #tables: DomElement[] = [];

  constructor(options: BlockOptions) {
    this.#options = options;
  }

  text(node: DomNode): void {
    const text = node.nodeValue ?? '';
    if (this.#preformattedDepth > 0 && this.#cellDepth === 0) this.#writer.verbatim(text);
    else this.#writer.text(text);
  }

  enter(element: DomElement): boolean {
    if (this.#isDropped(element)) return false;
    const name = element.localName;
    if (name === 'br') this.#lineBreak();
    else if (name === 'td' || name === 'th') this.#enterCell();
    else this.#blockBorder(name);
    if (name === 'table') this.#enterTable(element);
    if (name === 'tr') this.#rowHasCell = false;
    if (name === 'pre') this.#preformattedDepth++;
    if (name === 'ul' || name === 'ol') this.#listDepth++;
    if (name === 'li' && this.#cellDepth === 0) this.#writer.marker('- ');
    return true;
  }

  leave(element: DomElement): void {
    const name = element.localName;
    if (name === 'td' || name === 'th') this.#leaveCell();
    if (name === 'table') this.#tables.pop();
    if (name === 'pre') this.#preformattedDepth--;
    if (name === 'ul' || name === 'ol') this.#listDepth--;
    this.#blockBorder(name);
    if (name === 'li' && this.#cellDepth === 0) this.#writer.marker('');
  }

  toString(): string {
    return this.#writer.toString();
  }

  #isDropped(element: DomElement): boolean {
    const name = element.localName;
    if (DROPPED.has(name)) return true;
    if (element.getAttribute('hidden') !== null) return true;
    if (HIDDEN_STYLE.test(element.getAttribute('style') ?? '')) return true;
    if (name === 'sup' || name === 'span') {
      if (WIKI_MARKS.test(element.getAttribute('class') ?? '')) return true;
    }
    if (!this.#options.dropChrome) return false;
    return CHROME.has(name) || CHROME_ROLES.has(element.getAttribute('role') ?? '');
  }

  #lineBreak(): void {
    if (this.#cellDepth > 0) this.#writer.text(' ');
    else if (this.#preformattedDepth > 0) this.#writer.verbatim('\n');
    else this.#writer.break(1);
  }

  #blockBorder(name: string): void {
    const isParagraph = PARAGRAPHS.has(name);
    if (!isParagraph && !LINES.has(name) && !name.includes('-')) return;
    if (this.#cellDepth > 0) this.#writer.text(' ');
    else this.#writer.break(isParagraph && this.#listDepth === 0 ? 2 : 1);
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

/** A table with tables, headings or paragraphs in it is a grid for a page, not data. */
function arrangesPage(table: DomElement): boolean {
  if (table.getAttribute('role') === 'presentation') return true;
  const arranging = /^(?:table|h[1-6]|article|section|form|pre|blockquote)$/;
  const pending: DomNode[] = table.firstChild ? [table.firstChild] : [];
  let paragraphs = 0;
  let cells = 0;
  for (let node = pending.pop(); node; node = pending.pop()) {
    if (isElement(node)) {
      if (arranging.test(node.localName)) return true;
      if (node.localName === 'p') paragraphs++;
      if (node.localName === 'td' || node.localName === 'th') cells++;
    }
    if (node.nextSibling) pending.push(node.nextSibling);
    if (node.firstChild) pending.push(node.firstChild);
  }
  return cells <= 1 || paragraphs > cells;
}
