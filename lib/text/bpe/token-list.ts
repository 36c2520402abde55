/** Token ids of a text. It grows as it is filled. */
export class TokenList {
  #ids: Int32Array;
  #length = 0;

  /** @param room ids that fit without growing */
  constructor(room: number) {
    this.#ids = new Int32Array(Math.max(1, room));
  }

  /** The ids so far, as a view. */
  get ids(): Int32Array {
    return this.#ids.subarray(0, this.#length);
  }

  push(id: number): void {
    if (this.#length === this.#ids.length) {
      const larger = new Int32Array(2 * this.#length);
      larger.set(this.#ids);
      this.#ids = larger;
    }
    this.#ids[this.#length++] = id;
  }
}
