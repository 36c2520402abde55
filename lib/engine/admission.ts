import { ModerationError } from '../contract/errors.js';
import type { Classification, ClassifyOptions, Post } from './classification.js';
import type { Lane, LaneName, Lanes } from './lane.js';
import type { PostPermits } from './permits.js';

/**
 * Permits that a request needs in the lanes, one a text or image. Counting one that turns out to be blank or bad is
 * harmless.
 */
export interface Demand {
  readonly texts: number;
  readonly images: number;
  /** Parts beyond the first of each that are expected: windows, and frames, tiles and views. Default: none. */
  readonly moreTexts?: number;
  readonly moreImages?: number;
}

/** The permits that a request was given. */
export interface Admission {
  /**
   * Classifies one of the admitted posts and frees its permits when it settles. Rejects with a `RangeError` when the
   * posts have more texts or images than were admitted.
   */
  classify(post: Post, options?: ClassifyOptions): Promise<Classification>;
  /** Frees the permits that no post has taken up. May be called more than once. */
  release(): void;
}

/** A post needs a permit for each field that is there, before anybody looks into it. */
export function demandOf(post: Post): Demand {
  return {
    texts: post.text == null ? 0 : 1,
    images: (post.image == null ? 0 : 1) + (post.images?.length ?? 0),
  };
}

type ClassifyPost = (post: Post, options: ClassifyOptions, permits: PostPermits) => Promise<Classification>;

/** Gives permits to requests: all that a request needs, or none. */
export class AdmissionDesk {
  readonly #lanes: Lanes;
  readonly #classify: ClassifyPost;
  #whenIdle: (() => void)[] = [];

  constructor(lanes: Lanes, classify: ClassifyPost) {
    this.#lanes = lanes;
    this.#classify = classify;
  }

  /**
   * Throws `overloaded` with the time after which the permits are likely free, or `too_many_items` if there never will be
   * as many as the request has texts or images. Of the parts beyond, as many are counted as the lane holds.
   */
  admit(demand: Demand): Admission {
    this.#take(demand);
    const left = { text: demand.texts, image: demand.images };
    const spare = { text: this.#spareOf('text', demand), image: this.#spareOf('image', demand) };
    const giveBackSpare = () => {
      this.#giveBack({ texts: spare.text, images: spare.image });
      Object.assign(spare, { text: 0, image: 0 });
    };
    return {
      classify: async (post, options = {}) => {
        const needs = demandOf(post);
        if (needs.texts > left.text || needs.images > left.image) {
          throw new RangeError('The posts have more texts or images than were admitted.');
        }
        left.text -= needs.texts;
        left.image -= needs.images;
        const more = { text: 0, image: 0 };
        const permits: PostPermits = {
          expand: (lane, parts) => {
            const wanted = parts - 1;
            const fromSpare = Math.min(wanted, spare[lane]);
            const fromLane = Math.min(wanted - fromSpare, this.#lanes[lane].free);
            spare[lane] -= fromSpare;
            this.#lanes[lane].take(fromLane);
            more[lane] += fromSpare + fromLane;
            return 1 + fromSpare + fromLane;
          },
        };
        try {
          return await this.#classify(post, options, permits);
        } finally {
          this.#giveBack({ texts: needs.texts + more.text, images: needs.images + more.image });
          if (left.text === 0 && left.image === 0) giveBackSpare();
        }
      },
      release: () => {
        this.#giveBack({ texts: left.text, images: left.image });
        Object.assign(left, { text: 0, image: 0 });
        giveBackSpare();
      },
    };
  }

  /** Resolves when no permit is held. */
  whenIdle(): Promise<void> {
    if (this.#idle) return Promise.resolve();
    return new Promise((resolve) => this.#whenIdle.push(resolve));
  }

  get #idle(): boolean {
    return this.#lanes.text.held === 0 && this.#lanes.image.held === 0;
  }

  #take(demand: Demand): void {
    const needs = LANES.map((name) => {
      const lane = this.#lanes[name];
      const count = countOf(name, demand);
      if (count > lane.capacity) throw neverFits(name, lane, count);
      return [name, lane, count + this.#spareOf(name, demand)] as const;
    });
    const full = needs.filter(([, lane, count]) => count > lane.free);
    if (full.length > 0) {
      const details = full.map(([name, lane, count]) => `${count} ${name}(s), ${lane.free} places free`);
      throw new ModerationError('overloaded', `The service is at capacity: ${details.join('; ')}.`, {
        retryAfterMs: Math.max(...full.map(([, lane, count]) => lane.retryAfterMs(count))),
      });
    }
    for (const [, lane, count] of needs) lane.take(count);
  }

  /** Permits for parts beyond the first: what is expected, as far as the lane can ever hold it. */
  #spareOf(name: LaneName, demand: Demand): number {
    const more = (name === 'text' ? demand.moreTexts : demand.moreImages) ?? 0;
    return Math.min(more, this.#lanes[name].capacity - countOf(name, demand));
  }

  #giveBack({ texts, images }: Pick<Demand, 'texts' | 'images'>): void {
    this.#lanes.text.giveBack(texts);
    this.#lanes.image.giveBack(images);
    if (!this.#idle) return;
    for (const resolve of this.#whenIdle) resolve();
    this.#whenIdle = [];
  }
}

const LANES = ['text', 'image'] as const;

function countOf(name: LaneName, { texts, images }: Demand): number {
  return name === 'text' ? texts : images;
}

function neverFits(name: LaneName, { capacity }: Lane, count: number): ModerationError {
  return new ModerationError(
    'too_many_items',
    `The request has ${count} ${name}s, and the service holds no more than ${capacity} at a time. Split the request.`,
  );
}
