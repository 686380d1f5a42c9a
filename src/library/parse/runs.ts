import { isAscii } from '../../lib/ascii';
import { type DomElement, type DomNode, type Visitor, walk } from './dom';
import { arrangesPage, isBlock, isCell, isUnseen } from './layout';
import { isProse, type Measured } from './prose';
import { type Suspicion, suspicionOf } from './suspicion';

/** Text between two borders of blocks: a paragraph, a heading, an item, what stands loose in a div. */
export interface Run extends Measured {
  nodes: DomNode[];
  isProse: boolean;
  isInTable: boolean;
  isInList: boolean;
  isPreformatted: boolean;
  /** The innermost element around it that looks like no part of the text. */
  suspect: Suspect | null;
}

export interface Suspect {
  block: Block;
  suspicion: Suspicion;
  /** The next one around it. */
  outer: Suspect | null;
}

/** A block, and which runs stand in it: `from` until before `to`. */
export interface Block {
  /** Null for the page as a whole. */
  element: DomElement | null;
  parent: Block | null;
  children: Block[];
  from: number;
  to: number;
}

export interface Flow {
  runs: Run[];
  root: Block;
  /** Each after those around it. */
  suspects: Suspect[];
}

const WIDE = /[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]/g;

/** A page as one list of runs in the order of reading, and the blocks around them. */
export function flowOf(root: DomNode): Flow {
  const visitor = new FlowVisitor();
  walk(root, visitor);
  return visitor.finish();
}

class FlowVisitor implements Visitor {
  #runs: Run[] = [];
  #root: Block = { element: null, parent: null, children: [], from: 0, to: 0 };
  #block = this.#root;
  #nodes: DomNode[] = [];
  #text = '';
  #linkText = '';
  #linkDepth = 0;
  /** Those of data, not of layout. */
  #tables: DomElement[] = [];
  #listDepth = 0;
  #preDepth = 0;
  #suspects: Suspect[] = [];
  #suspect: Suspect | null = null;

  text(node: DomNode, text: string): void {
    this.#nodes.push(node);
    this.#text += text;
    if (this.#linkDepth > 0) this.#linkText += text;
  }

  enter(element: DomElement): boolean {
    if (isUnseen(element)) return false;
    const { name } = element;
    if (name === 'a') this.#linkDepth++;
    if (name === 'br') this.#text += ' ';
    // Code is coloured by classes such as `comment` and `tag`.
    const suspicion = this.#preDepth > 0 ? null : suspicionOf(element);
    if (!isBlock(name) && !isCell(name) && suspicion === null) return true;
    this.#end();
    const block = { element, parent: this.#block, children: [], from: this.#runs.length, to: 0 };
    this.#block.children.push(block);
    this.#block = block;
    if (suspicion) this.#enterSuspect(block, suspicion);
    if (name === 'table' && !arrangesPage(element)) this.#tables.push(element);
    if (name === 'li' || name === 'dd' || name === 'dt') this.#listDepth++;
    if (name === 'pre') this.#preDepth++;
    return true;
  }

  leave(element: DomElement): void {
    const { name } = element;
    if (name === 'a') this.#linkDepth--;
    if (this.#block.element !== element) return;
    this.#end();
    this.#block.to = this.#runs.length;
    this.#block = this.#block.parent ?? this.#root;
    if (this.#suspect?.block.element === element) this.#suspect = this.#suspect.outer;
    if (this.#tables.at(-1) === element) this.#tables.pop();
    if (name === 'li' || name === 'dd' || name === 'dt') this.#listDepth--;
    if (name === 'pre') this.#preDepth--;
  }

  finish(): Flow {
    this.#end();
    this.#root.to = this.#runs.length;
    return { runs: this.#runs, root: this.#root, suspects: this.#suspects };
  }

  #enterSuspect(block: Block, suspicion: Suspicion): void {
    this.#suspect = { block, suspicion, outer: this.#suspect };
    this.#suspects.push(this.#suspect);
  }

  #end(): void {
    const text = collapsed(this.#text);
    if (text !== '') {
      const measured = {
        text,
        length: lengthOf(text),
        linkLength: lengthOf(collapsed(this.#linkText)),
        headingLevel: headingLevelOf(this.#block),
      };
      this.#runs.push({
        ...measured,
        nodes: this.#nodes,
        isProse: isProse(measured),
        isInTable: this.#tables.length > 0,
        isInList: this.#listDepth > 0,
        isPreformatted: this.#preDepth > 0,
        suspect: this.#suspect,
      });
    }
    this.#nodes = [];
    this.#text = '';
    this.#linkText = '';
  }
}

/** White space that is not one space already: most of it is. */
const UNCOLLAPSED = /\s{2,}|[^\S ]/g;
/** All white space of ASCII that is not a space. */
const ASCII_BREAK = /[\t-\r]/;

/** Most of the text between two tags is white space alone. */
function collapsed(text: string): string {
  const trimmed = text.trim();
  return trimmed === '' || isCollapsed(trimmed) ? trimmed : trimmed.replace(UNCOLLAPSED, ' ');
}

/** What this passes is collapsed; it may refuse what is. */
function isCollapsed(text: string): boolean {
  return !text.includes('  ') && !ASCII_BREAK.test(text) && isAscii(text);
}

function lengthOf(text: string): number {
  return isAscii(text) ? text.length : text.length + 2 * (text.match(WIDE)?.length ?? 0);
}

/** Of the innermost heading around, however its text is wrapped. */
function headingLevelOf(block: Block): number {
  for (let at: Block | null = block, steps = 0; at && steps < 4; at = at.parent, steps++) {
    const level = /^h([1-6])$/.exec(at.element?.name ?? '')?.[1];
    if (level) return Number(level);
  }
  return 0;
}
