/** Finds the places of numbers in a list that holds each once. */
export class NumberTable {
  readonly numbers: Int32Array;
  /** 1 more than where a number stands in the list, at the slot that its hash gives or at one of the
   * next; 0 where none is. At least half of the slots are free. */
  #slots: Int32Array;

  constructor(numbers: Int32Array) {
    this.numbers = numbers;
    this.#slots = new Int32Array(2 ** Math.ceil(Math.log2(2 * numbers.length + 1)));
    for (let at = 0; at < numbers.length; at++) {
      this.#slots[this.#slotOf(numbers[at] ?? 0)] = at + 1;
    }
  }

  find(number: number): number | undefined {
    const found = this.#slots[this.#slotOf(number)] ?? 0;
    return found === 0 ? undefined : found - 1;
  }

  /** Where it is, or would be. */
  #slotOf(number: number): number {
    const last = this.#slots.length - 1;
    const hash = Math.imul(number, 0x9e3779b1);
    let slot = (hash ^ (hash >>> 15)) & last;
    for (;;) {
      const found = this.#slots[slot] ?? 0;
      if (found === 0 || this.numbers[found - 1] === number) return slot;
      slot = (slot + 1) & last;
    }
  }
}
