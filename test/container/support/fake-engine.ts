import type { Classification, Engine, Post } from '../../../container/engine.js';
import type { Manifest } from '../../../lib/checkpoint/manifest.js';
import { ModerationError } from '../../../lib/contract/errors.js';
import { AdmissionDesk } from '../../../lib/engine/admission.js';
import type { ClassifyOptions } from '../../../lib/engine/classification.js';
import { Lane } from '../../../lib/engine/lane.js';

export const CLASS_NAMES = ['red', 'green', 'blue'];
export const THRESHOLDS = [0.5, 0.25, 0.75];

/** Only what the server reads of a manifest. */
const MANIFEST = {
  name: 'a model of paper',
  precision: 'fp32',
  demonstration: true,
  classNames: CLASS_NAMES,
  thresholds: THRESHOLDS,
} as unknown as Manifest;

export type Classify = (post: Post, options: ClassifyOptions) => Promise<Classification> | Classification;

export interface FakeEngineOptions {
  /** @default {@link echo} */
  readonly classify?: Classify;
  readonly texts?: number;
  readonly images?: number;
}

/** The engine's real admission over a made-up model; what it was asked is kept. */
export class FakeEngine implements Engine {
  readonly manifest = MANIFEST;
  readonly packHash = 'f'.repeat(64);
  readonly device = { requested: 'auto', used: 'cpu', reason: 'A test asked.' } as const;
  status: Engine['status'] = 'ready';
  closed = false;
  readonly posts: Post[] = [];
  readonly options: ClassifyOptions[] = [];
  /** The most posts that were in computation at a time. */
  peak = 0;
  readonly #lanes: { text: Lane; image: Lane };
  readonly #desk: AdmissionDesk;
  #running = 0;

  constructor({ classify = echo, texts = 512, images = 256 }: FakeEngineOptions = {}) {
    this.#lanes = { text: new Lane(texts, () => 1), image: new Lane(images, () => 1) };
    this.#desk = new AdmissionDesk(this.#lanes, async (post, options) => {
      this.posts.push(post);
      this.options.push(options ?? {});
      this.#running += 1;
      this.peak = Math.max(this.peak, this.#running);
      try {
        return await classify(post, options ?? {});
      } finally {
        this.#running -= 1;
      }
    });
  }

  admit(demand: Parameters<Engine['admit']>[0]): ReturnType<Engine['admit']> {
    if (this.status === 'failed') throw new ModerationError('not_ready', 'The engine failed.');
    return this.#desk.admit(demand);
  }

  stats(): ReturnType<Engine['stats']> {
    const stage = { queued: 0, running: this.#running, msPerItem: 1 };
    const { text, image } = this.#lanes;
    return {
      status: this.status,
      lanes: {
        text: { held: text.held, capacity: text.capacity },
        image: { held: image.held, capacity: image.capacity },
      },
      stages: {
        tokenize: stage,
        encode_text: stage,
        decode_image: stage,
        encode_image: stage,
        classify: stage,
      },
      cache: { items: 3, capacity: 10, inFlight: 0 },
    };
  }

  async drain(): Promise<void> {
    this.status = 'draining';
    await this.#desk.whenIdle();
  }

  async close(): Promise<void> {
    this.status = 'closed';
    this.closed = true;
  }
}

/** A text answers with its length over 100, an image with its bytes over 100, so that slots cannot be swapped. */
export function echo(post: Post): Classification {
  const text = post.text ?? '';
  const hasText = text.trim() !== '';
  const image = post.image ?? undefined;
  if (!hasText && image === undefined) {
    throw new ModerationError('empty_item', 'The item has neither an image nor any text beyond white space.');
  }
  return answer([(text.length % 100) / 100, (image?.byteLength ?? 0) / 100, 0.5], {
    modalitiesUsed: [...(hasText ? (['text'] as const) : []), ...(image ? (['image'] as const) : [])],
    timings: { encode_text: text.length, total: text.length + 1 },
  });
}

export function answer(probabilities: number[], rest: Partial<Classification> = {}): Classification {
  const values = {
    logits: new Float32Array(probabilities.length),
    probabilities: Float32Array.from(probabilities),
  };
  return {
    answers: [{ part: {}, ...values }],
    ...values,
    unseen: [],
    modalitiesUsed: ['text'],
    textTruncated: false,
    timings: {},
    ...rest,
  };
}
