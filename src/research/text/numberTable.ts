/** Numbers in the order in which they were first added, each once. */
export class NumberTable {
  #numbers: number[] = [];
  /** 1 more than where a number stands among them, at the place that its hash gives or at one of
   * the next; 0 where none is. */
  #places: Int32Array;

  /** At least half of the places stay free. */
  constructor(maxSize: number) {
    this.#places = new Int32Array(2 ** Math.ceil(Math.log2(2 * maxSize + 1)));
  }

  get size(): number {
    return this.#numbers.length;
  }

  numberAt(index: number): number {
    return this.#numbers[index] ?? 0;
  }

  find(number: number): number | undefined {
    const found = this.#places[this.#placeOf(number)] ?? 0;
    return found === 0 ? undefined : found - 1;
  }

  /** Where it stands, at the end when it is new. */
  add(number: number): number {
    const place = this.#placeOf(number);
    const found = this.#places[place] ?? 0;
    if (found !== 0) return found - 1;
    this.#numbers.push(number);
    this.#places[place] = this.#numbers.length;
    return this.#numbers.length - 1;
  }

  /** Where it is, or would be. */
  #placeOf(number: number): number {
    const last = this.#places.length - 1;
    const hash = Math.imul(number, 0x9e3779b1);
    let place = (hash ^ (hash >>> 15)) & last;
    for (;;) {
      const found = this.#places[place] ?? 0;
      if (found === 0 || this.#numbers[found - 1] === number) return place;
      place = (place + 1) & last;
    }
  }
}
