/** The UTF-16 units of a text: an array of numbers is read several times as fast as a string. */
export function unitsOf(text: string): Uint16Array {
  const units = new Uint16Array(text.length);
  Buffer.from(units.buffer).write(text, 'utf16le');
  return units;
}

const FIRST_CAPACITY_UNITS = 2 ** 12;

/** The same for one text at a time, in memory that is used again: for what reads many. */
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
