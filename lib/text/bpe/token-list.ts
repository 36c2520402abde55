/** Token ids up to a limit. It counts as `full` only once a token did not fit: then the text is truncated. */
export class TokenList {
  readonly #ids: Int32Array;
  #length = 0;
  #full = false;

  constructor(capacity: number) {
    this.#ids = new Int32Array(capacity);
  }

  get full(): boolean {
    return this.#full;
  }

  /** The ids so far, as a view. */
  get ids(): Int32Array {
    return this.#ids.subarray(0, this.#length);
  }

  push(id: number): void {
    if (this.#length === this.#ids.length) this.#full = true;
    else this.#ids[this.#length++] = id;
  }
}
