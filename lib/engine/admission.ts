import { ModerationError } from '../contract/errors.js';
import type { Classification, ClassifyOptions, Post } from './classification.js';
import type { Lane, LaneName, Lanes } from './lane.js';

/** Places that a request needs in the lanes. Counting a text or image that turns out to be blank or bad is harmless. */
export interface Demand {
  readonly texts: number;
  readonly images: number;
}

/** The places that a request was given. */
export interface Admission {
  /**
   * Classifies one of the admitted posts and frees its places when it settles. Rejects with a `RangeError` when the
   * posts have more texts or images than were admitted.
   */
  classify(post: Post, options?: ClassifyOptions): Promise<Classification>;
  /** Frees the places that no post has taken up. May be called more than once. */
  release(): void;
}

/** A post needs a place for each field that is there, before anybody looks into it. */
export function demandOf(post: Post): Demand {
  return { texts: post.text == null ? 0 : 1, images: post.image == null ? 0 : 1 };
}

/** Gives places to requests: all that a request needs, or none. */
export class AdmissionDesk {
  readonly #lanes: Lanes;
  readonly #classify: (post: Post, options: ClassifyOptions) => Promise<Classification>;
  #whenIdle: (() => void)[] = [];

  constructor(lanes: Lanes, classify: (post: Post, options: ClassifyOptions) => Promise<Classification>) {
    this.#lanes = lanes;
    this.#classify = classify;
  }

  /** Throws `overloaded` with the time after which the places are likely free, or `too_many_items` if there never will be. */
  admit(demand: Demand): Admission {
    this.#take(demand);
    let { texts, images } = demand;
    return {
      classify: async (post, options = {}) => {
        const needs = demandOf(post);
        if (needs.texts > texts || needs.images > images) {
          throw new RangeError('The posts have more texts or images than were admitted.');
        }
        texts -= needs.texts;
        images -= needs.images;
        try {
          return await this.#classify(post, options);
        } finally {
          this.#giveBack(needs);
        }
      },
      release: () => {
        this.#giveBack({ texts, images });
        texts = 0;
        images = 0;
      },
    };
  }

  /** Resolves when no place is held. */
  whenIdle(): Promise<void> {
    if (this.#idle) return Promise.resolve();
    return new Promise((resolve) => this.#whenIdle.push(resolve));
  }

  get #idle(): boolean {
    return this.#lanes.text.held === 0 && this.#lanes.image.held === 0;
  }

  #take(demand: Demand): void {
    const needs: readonly [LaneName, Lane, number][] = [
      ['text', this.#lanes.text, demand.texts],
      ['image', this.#lanes.image, demand.images],
    ];
    for (const [name, lane, count] of needs) {
      if (count > lane.capacity) throw neverFits(name, lane, count);
    }
    const full = needs.filter(([, lane, count]) => count > lane.free);
    if (full.length > 0) {
      const details = full.map(([name, lane, count]) => `${count} ${name}(s), ${lane.free} places free`);
      throw new ModerationError('overloaded', `The service is at capacity: ${details.join('; ')}.`, {
        retryAfterMs: Math.max(...full.map(([, lane, count]) => lane.retryAfterMs(count))),
      });
    }
    for (const [, lane, count] of needs) lane.take(count);
  }

  #giveBack({ texts, images }: Demand): void {
    this.#lanes.text.giveBack(texts);
    this.#lanes.image.giveBack(images);
    if (!this.#idle) return;
    for (const resolve of this.#whenIdle) resolve();
    this.#whenIdle = [];
  }
}

function neverFits(name: LaneName, { capacity }: Lane, count: number): ModerationError {
  return new ModerationError(
    'too_many_items',
    `The request has ${count} ${name}s, and the service holds no more than ${capacity} at a time. Split the request.`,
  );
}
