import { envelopeBytes, itemBytes } from '../wire/body.js';
import type { Item } from '../wire/item.js';

export interface PackLimits {
  readonly maxItems: number;
  /** Of the whole body, envelope included. */
  readonly maxBytes: number;
}

/** Collects posts until a request is full, by number or by bytes. */
export class Packer {
  readonly #limits: PackLimits;
  #items: Item[] = [];
  #bytes = envelopeBytes;

  constructor(limits: PackLimits) {
    this.#limits = limits;
  }

  get isEmpty(): boolean {
    return this.#items.length === 0;
  }

  /** Adds a post and gives the packs that are full by that: none, one, or two when it is large itself. */
  add(item: Item): readonly (readonly Item[])[] {
    const packs: (readonly Item[])[] = [];
    if (this.#bytes + itemBytes(item) > this.#limits.maxBytes && !this.isEmpty) packs.push(this.flush());
    this.#items.push(item);
    this.#bytes += itemBytes(item);
    if (this.#items.length >= this.#limits.maxItems || this.#bytes >= this.#limits.maxBytes) {
      packs.push(this.flush());
    }
    return packs;
  }

  /** What is there, full or not. */
  flush(): readonly Item[] {
    const items = this.#items;
    this.#items = [];
    this.#bytes = envelopeBytes;
    return items;
  }
}
