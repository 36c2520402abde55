import { at } from './at.js';

const INITIAL_CAPACITY = 1;

/** A binary heap of non-negative numbers. */
export class MinHeap {
  #values = new Float64Array(INITIAL_CAPACITY);
  #size = 0;

  push(value: number): void {
    if (this.#size === this.#values.length) {
      const values = new Float64Array(this.#size * 2);
      values.set(this.#values);
      this.#values = values;
    }
    let hole = this.#size++;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      const above = at(this.#values, parent);
      if (above <= value) break;
      this.#values[hole] = above;
      hole = parent;
    }
    this.#values[hole] = value;
  }

  /** Removes the least value; -1 when there is none. */
  pop(): number {
    if (this.#size === 0) return -1;
    const least = at(this.#values, 0);
    const last = at(this.#values, --this.#size);
    let hole = 0;
    for (let child = 1; child < this.#size; child = 2 * hole + 1) {
      if (child + 1 < this.#size && at(this.#values, child + 1) < at(this.#values, child)) child++;
      const below = at(this.#values, child);
      if (below >= last) break;
      this.#values[hole] = below;
      hole = child;
    }
    this.#values[hole] = last;
    return least;
  }
}
