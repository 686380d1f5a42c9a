const FIRST_CAPACITY_UNITS = 2 ** 12;

/**
 * The UTF-16 units of one text at a time, in memory that is used again. An array of numbers is read
 * several times as fast as a string, and one for each text would make work for the collector.
 */
export class UnitBuffer {
  #units = new Uint16Array(FIRST_CAPACITY_UNITS);
  #bytes = Buffer.from(this.#units.buffer);

  /** The units of a text and a zero behind them. They hold until the next text. */
  read(text: string): Uint16Array {
    if (text.length >= this.#units.length) {
      this.#units = new Uint16Array(2 * text.length);
      this.#bytes = Buffer.from(this.#units.buffer);
    }
    this.#bytes.write(text, 'utf16le');
    this.#units[text.length] = 0;
    return this.#units;
  }

  /** A part of it, as a text of its own: one cut from the whole would keep that in memory. */
  text(start: number, end: number): string {
    return this.#bytes.toString('utf16le', 2 * start, 2 * end);
  }
}
