/** What is between input and output at a time, so that neither a fast input nor a slow reader fills the memory. */
export class Window {
  readonly #maxItems: number;
  readonly #maxBytes: number;
  #items = 0;
  #bytes = 0;
  #wake: (() => void) | undefined;

  constructor(maxItems: number, maxBytes: number) {
    this.#maxItems = maxItems;
    this.#maxBytes = maxBytes;
  }

  /** Whether another post may be read; its size shows only then. */
  get hasRoom(): boolean {
    return this.#items < this.#maxItems && this.#bytes < this.#maxBytes;
  }

  /** A post was read; it stays an item until its outcome is taken. */
  addItem(): void {
    this.#items += 1;
  }

  /** Its bytes are there until it is answered. */
  addBytes(bytes: number): void {
    this.#bytes += bytes;
  }

  removeItem(): void {
    this.#items -= 1;
    this.#notify();
  }

  removeBytes(bytes: number): void {
    this.#bytes -= bytes;
    this.#notify();
  }

  /** Resolves when there is room. One may wait at a time. */
  async room(): Promise<void> {
    while (!this.hasRoom) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #notify(): void {
    if (this.hasRoom) this.#wake?.();
  }
}
