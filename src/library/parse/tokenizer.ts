import { Tokenizer } from 'htmlparser2';

const LESS_THAN = '<'.charCodeAt(0);
const AMPERSAND = '&'.charCodeAt(0);
const DOUBLE_QUOTE = '"'.charCodeAt(0);

/** What the library's types call private. */
interface Inner {
  readonly buffer: string;
  /** Of the unit that is read; the library adds one after each. */
  index: number;
  stateText(unit: number): void;
  handleInAttributeValue(unit: number, quote: number): void;
  fastForwardTo(unit: number): boolean;
}

type InnerClass = new (...input: ConstructorParameters<typeof Tokenizer>) => Inner;

/**
 * The library's tokenizer looks at every unit of a page by itself. In text, in quoted values and
 * wherever it waits for one unit, this one goes at once to the next that means something. It takes
 * one page, written as a whole: so an index counts from the page's start.
 */
class LeapingTokenizer extends (Tokenizer as unknown as InnerClass) {
  #tag = new NextMark('<');
  #entity = new NextMark('&');
  #doubleQuote = new NextMark('"');
  #singleQuote = new NextMark("'");

  override stateText(unit: number): void {
    if (unit === LESS_THAN || unit === AMPERSAND) super.stateText(unit);
    else this.#leapTo(this.#tag);
  }

  override handleInAttributeValue(unit: number, quote: number): void {
    if (unit === quote || unit === AMPERSAND) super.handleInAttributeValue(unit, quote);
    else this.#leapTo(quote === DOUBLE_QUOTE ? this.#doubleQuote : this.#singleQuote);
  }

  override fastForwardTo(unit: number): boolean {
    const at = this.buffer.indexOf(String.fromCharCode(unit), this.index + 1);
    this.index = at === -1 ? this.buffer.length - 1 : at;
    return at !== -1;
  }

  /** To the unit before the mark, or before an entity that comes first. */
  #leapTo(mark: NextMark): void {
    const { buffer, index } = this;
    this.index = Math.min(mark.from(buffer, index), this.#entity.from(buffer, index)) - 1;
  }
}

/** Where a mark stands next. Asked in the order of a page, it looks at no part of it twice. */
class NextMark {
  #mark: string;
  #at = -1;

  constructor(mark: string) {
    this.#mark = mark;
  }

  /** The end of the page when there is none. */
  from(page: string, index: number): number {
    if (this.#at < index) {
      const at = page.indexOf(this.#mark, index);
      this.#at = at === -1 ? page.length : at;
    }
    return this.#at;
  }
}

export const PageTokenizer = LeapingTokenizer as unknown as typeof Tokenizer;
