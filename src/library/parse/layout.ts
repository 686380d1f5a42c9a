import { type DomElement, type DomNode, isElement } from './dom';

const words = (list: string) => new Set(list.trim().split(/\s+/));

/** Never text for a reader. */
const DROPPED = words(
  `script style noscript template head title meta link iframe object embed audio video canvas svg
   map button input select option textarea datalist dialog annotation annotation-xml`,
);
/** Around the text rather than of it. */
const CHROME = words('nav header footer aside form');
const CHROME_ROLES = words(
  'navigation banner contentinfo complementary search form menu menubar dialog alertdialog toolbar',
);
const PARAGRAPHS = words(
  `p h1 h2 h3 h4 h5 h6 ul ol dl blockquote pre figure table hr address details fieldset section
   article main header footer nav aside form body center`,
);
const LINES = words('div li dt dd tr caption figcaption summary legend thead tbody tfoot');
const BLOCKS = PARAGRAPHS.union(LINES);
const CELLS = words('td th');
/** What no table of data holds. */
const ARRANGING = words('table h1 h2 h3 h4 h5 h6 article section form pre blockquote');
const HIDDEN_STYLE = /(?:display\s*:\s*none|visibility\s*:\s*hidden)/i;
/** Footnote marks and edit links of MediaWiki: they would stand in the middle of a quote. */
const WIKI_MARKS = /(?:^|\s)(?:reference|mw-editsection|noprint)(?:\s|$)/;

/** Where a blank line stands before and after. */
export function isParagraph(name: string): boolean {
  return PARAGRAPHS.has(name);
}

/** What begins and ends a line; names with a hyphen are a page's own elements. */
export function isBlock(name: string): boolean {
  return BLOCKS.has(name) || name.includes('-');
}

export function isCell(name: string): boolean {
  return CELLS.has(name);
}

/** Nothing in it is shown to a reader. */
export function isUnseen({ name, attribs }: DomElement): boolean {
  if (DROPPED.has(name)) return true;
  if (attribs.hidden !== undefined) return true;
  if (attribs.style !== undefined && HIDDEN_STYLE.test(attribs.style)) return true;
  return (name === 'sup' || name === 'span') && WIKI_MARKS.test(attribs.class ?? '');
}

/** Navigation, headers, footers, asides and forms. */
export function isChrome({ name, attribs }: DomElement): boolean {
  return CHROME.has(name) || (attribs.role !== undefined && CHROME_ROLES.has(attribs.role));
}

/** A table with tables, headings or paragraphs in it is a grid for a page, not data. */
export function arrangesPage(table: DomElement): boolean {
  if (table.attribs.role === 'presentation') return true;
  const pending: DomNode[] = [table];
  let paragraphs = 0;
  let cells = 0;
  for (let node = pending.pop(); node; node = pending.pop()) {
    if (!isElement(node)) continue;
    if (node !== table && ARRANGING.has(node.name)) return true;
    if (node.name === 'p') paragraphs++;
    if (isCell(node.name)) cells++;
    for (let child = node.first; child; child = child.next) pending.push(child);
  }
  return cells <= 1 || paragraphs > cells;
}
