import type { Block, Run } from './runs';

/** How pages name the block that holds the text and nothing else. */
const BODY_NAME =
  /(?:^|[\s_-])(?:article|story|post|entry|news|blog)[\s_-]*(?:body|content|text|copy)(?:[\s_-]|$)|articlebody|storybody/i;
const CONTAINERS = new Set(['div', 'section', 'article', 'main', 'td']);
/** A name is believed when its block holds so much of the page's text. */
const MIN_NAMED_SHARE = 0.3;
const MIN_NAMED_LENGTH = 250;
/** A page with more of them names everything so. */
const MAX_NAMED = 500;
/** Another block of the same name with so much text is the same article, in a second part. */
const MIN_PART_SHARE = 0.2;
/** Without a name, the way goes down as long as one block holds so much of what is around it … */
const DESCENT_SHARE = 0.7;
/** … and of the page. */
const MIN_DESCENT_SHARE = 0.5;
/** Sidebars and menus are lists of teasers; articles are paragraphs. */
const LIST_WEIGHT = 0.3;
const TABLE_WEIGHT = 0.5;

/** Sums over blocks, by the runs that stand in them. */
export class Mass {
  #sums = [0];

  constructor(values: number[]) {
    for (const value of values) this.#sums.push((this.#sums.at(-1) ?? 0) + value);
  }

  of({ from, to }: Pick<Block, 'from' | 'to'>): number {
    return (this.#sums[to] ?? 0) - (this.#sums[from] ?? 0);
  }
}

/** How much a run says for the blocks around it. */
export function massOf(run: Run): number {
  if (run.isInTable) return (run.length - run.linkLength) * TABLE_WEIGHT;
  if (!run.isProse) return 0;
  return (run.length - run.linkLength) * (run.isInList ? LIST_WEIGHT : 1);
}

/** The block of the article: the one that is named so, else the innermost with nearly all text. */
export function articleRoot(page: Block, mass: Mass): Block {
  const blocks = allBlocks(page);
  const least = Math.max(MIN_NAMED_LENGTH, mass.of(page) * MIN_NAMED_SHARE);
  for (const isNamed of [isNamedBody, isArticle]) {
    const named = blocks.filter(isNamed).slice(0, MAX_NAMED);
    const best = named.reduce<Block | undefined>(
      (first, block) => (first && mass.of(first) >= mass.of(block) ? first : block),
      undefined,
    );
    if (best && mass.of(best) >= least) return widened(best, named, mass);
  }
  return descend(page, mass);
}

/** In the order of the page. */
function allBlocks(page: Block): Block[] {
  const blocks: Block[] = [];
  const pending = [page];
  for (let block = pending.pop(); block; block = pending.pop()) {
    blocks.push(block);
    for (let at = block.children.length - 1; at >= 0; at--) {
      const child = block.children[at];
      if (child) pending.push(child);
    }
  }
  return blocks;
}

function isNamedBody({ element }: Block): boolean {
  if (!element || !CONTAINERS.has(element.name)) return false;
  const { itemprop = '', class: classes = '', id = '' } = element.attribs;
  return itemprop.includes('articleBody') || BODY_NAME.test(classes) || BODY_NAME.test(id);
}

function isArticle({ element }: Block): boolean {
  return element?.name === 'article';
}

/** A text in several parts of one name is all of them, within one `<article>`. */
function widened(best: Block, named: Block[], mass: Mass): Block {
  const least = mass.of(best) * MIN_PART_SHARE;
  let root = best;
  for (let parent = best.parent; parent && !isArticle(root); parent = parent.parent) {
    const isWider = named.some(
      (other) => mass.of(other) >= least && isWithin(other, parent) && isApart(other, root),
    );
    if (isWider) root = parent;
    else if (isArticle(parent)) break;
  }
  return root;
}

function isWithin(inner: Block, outer: Block): boolean {
  return inner.from >= outer.from && inner.to <= outer.to;
}

function isApart(a: Block, b: Block): boolean {
  return a.to <= b.from || a.from >= b.to;
}

function descend(page: Block, mass: Mass): Block {
  const least = mass.of(page) * MIN_DESCENT_SHARE;
  let block = page;
  for (;;) {
    const wanted = Math.max(least, mass.of(block) * DESCENT_SHARE);
    const next = block.children.find((child) => mass.of(child) >= wanted);
    if (!next || wanted === 0) return block;
    block = next;
  }
}
