/** White space of HTML that is not one space already: most of it is. */
const UNCOLLAPSED = /[ \t\n\r\f]{2,}|[\t\n\r\f]/g;
const BREAK = /[\t\n\r\f]/;

/**
 * Collects text into blocks: collapses white space inside a line and keeps at most one blank line
 * between blocks. Knows nothing of HTML.
 */
export class BlockWriter {
  #parts: string[] = [];
  #line: string[] = [];
  #lineEndsInSpace = true;
  #lineHasText = false;
  /** Line feeds owed before the next text; one at least. */
  #gap: 1 | 2 = 1;
  #marker = '';

  /** White space is collapsed, also across calls. */
  text(text: string): void {
    // These two are native and fast where the pattern of both is not.
    const isCollapsed = !text.includes('  ') && !BREAK.test(text);
    let collapsed = isCollapsed ? text : text.replace(UNCOLLAPSED, ' ');
    if (this.#lineEndsInSpace && collapsed.startsWith(' ')) collapsed = collapsed.slice(1);
    if (collapsed === '') return;
    this.#append(collapsed);
  }

  /** White space stays as it is. */
  verbatim(text: string): void {
    if (text !== '') this.#append(text);
  }

  /** Ends the line; `gap` is 1 for a line break and 2 for a blank line. */
  break(gap: 1 | 2): void {
    this.#flush();
    if (gap === 2) this.#gap = 2;
  }

  /** Goes before the next text, if there is any before the item ends. */
  marker(marker: string): void {
    this.#marker = marker;
  }

  /** Stands between two cells, and does not make a line by itself. */
  separator(separator: string): void {
    this.#line.push(this.#lineEndsInSpace ? separator.trimStart() : separator);
    this.#lineEndsInSpace = true;
  }

  toString(): string {
    this.#flush();
    return this.#parts.join('');
  }

  #append(text: string): void {
    this.#line.push(text);
    const trimmed = text.trimEnd();
    this.#lineEndsInSpace = trimmed.length < text.length;
    if (trimmed !== '') this.#lineHasText = true;
  }

  #flush(): void {
    if (this.#line.length === 0) return;
    if (this.#lineHasText) {
      if (this.#parts.length > 0) this.#parts.push(this.#gap === 2 ? '\n\n' : '\n');
      this.#parts.push(this.#marker, this.#line.join('').trimEnd());
      this.#marker = '';
      this.#gap = 1;
    }
    this.#line = [];
    this.#lineEndsInSpace = true;
    this.#lineHasText = false;
  }
}
