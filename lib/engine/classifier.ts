import type { Manifest } from '../checkpoint/manifest.js';
import { ModerationError } from '../contract/errors.js';
import { explainExhaustion } from '../contract/exhaustion.js';
import { type Admission, AdmissionDesk, type Demand, demandOf } from './admission.js';
import type { Classification, ClassifyOptions, Post } from './classification.js';
import { classifyPost } from './classify-post.js';
import type { DeviceChoice } from './device.js';
import { Health } from './health.js';
import { Lane, type LaneName } from './lane.js';
import { type Loaded, load } from './loading.js';
import { type EngineStatus, STAGES, type StageName } from './observer.js';
import { type ClassifierOptions, type EngineSettings, resolveOptions } from './options.js';
import type { Pipeline } from './pipeline.js';
import type { Verification } from './verification.js';

/** Gauges of the moment. */
export interface EngineStats {
  readonly status: EngineStatus;
  /** Places of each lane. */
  readonly lanes: Readonly<Record<LaneName, { readonly held: number; readonly capacity: number }>>;
  readonly stages: Readonly<Record<StageName, StageStats>>;
  /** Pooled features that are kept, in items; and those that are being computed. */
  readonly cache: { readonly items: number; readonly capacity: number; readonly inFlight: number };
}

export interface StageStats {
  readonly queued: number;
  readonly running: number;
  /** Running mean, at full use. 0 before anything was measured. */
  readonly msPerItem: number;
}

/**
 * A model that classifies posts. The main thread only moves data: every session, decoder and tokenizer has a worker
 * thread, which is replaced when it crashes or hangs.
 *
 * Work passes two lanes, texts and images, each with a limited number of places. {@link Classifier.admit} takes the
 * places of a whole request at once or refuses it; {@link Classifier.classify} is the short form for a single post.
 */
export class Classifier {
  readonly manifest: Manifest;
  /** Identifies model and preprocessing: the SHA-256 of the manifest. */
  readonly packHash: string;
  readonly device: DeviceChoice;
  /**
   * Resolves when the work that follows the first answers is over: every file has the SHA-256 of the manifest, and
   * workers that started fast were followed by workers that answer fast. Probabilities may differ by 1e-6 before and
   * after that in fp32. Never rejects: a file that is another makes the status `failed`.
   */
  readonly settled: Promise<void>;
  readonly #verification: Verification | undefined;
  readonly #pipeline: Pipeline;
  readonly #health: Health;
  readonly #lanes: Readonly<Record<LaneName, Lane>>;
  readonly #desk: AdmissionDesk;
  #closing: Promise<void> | undefined;

  private constructor(loaded: Loaded, settings: EngineSettings, health: Health) {
    const { pack, device, pipeline, verification } = loaded;
    const { limits } = settings;
    const { stages } = pipeline;
    this.manifest = pack.manifest;
    this.packHash = pack.hash;
    this.device = device;
    this.#pipeline = pipeline;
    this.#verification = verification;
    this.#health = health;
    this.settled = this.#settle();
    this.#lanes = {
      text: new Lane(limits.maxQueuedTexts, () =>
        Math.max(stages.tokenize.msPerItem, stages.encode_text.msPerItem),
      ),
      image: new Lane(limits.maxQueuedImages, () =>
        Math.max(stages.decode_image.msPerItem, stages.encode_image.msPerItem),
      ),
    };
    this.#desk = new AdmissionDesk(this.#lanes, (post, options, permits) =>
      classifyPost(post, options, permits, pipeline, settings),
    );
  }

  /**
   * Loads a model pack and resolves when it is ready: the checksums of its files compared, its workers started, a warm-up
   * answered on the way that posts take. What follows behind is told by {@link Classifier.settled}. The classifier keeps
   * the process alive until it is closed.
   *
   * @throws ModerationError `pack_invalid`, `device_unavailable`, `resource_exhausted` or `worker_failed`; the signal's
   * reason when it aborts
   */
  static async load(packFolder: string, options: ClassifierOptions = {}): Promise<Classifier> {
    const settings = resolveOptions(options);
    const health = new Health(settings.observer);
    const loaded = await load(packFolder, settings, () => health.update()).catch((error: unknown) => {
      throw explainExhaustion(error);
    });
    health.serve(loaded.pipeline);
    const classifier = new Classifier(loaded, settings, health);
    if (settings.settle) await classifier.#settledOrClosed();
    return classifier;
  }

  get status(): EngineStatus {
    return this.#health.status;
  }

  /**
   * Takes the places that a request needs, all or none, before anything of it is computed.
   *
   * @throws ModerationError `overloaded` with `retryAfterMs`, `too_many_items`, `shutting_down` or `not_ready`
   */
  admit(demand: Demand): Admission {
    this.#health.assertOpen();
    return this.#desk.admit(demand);
  }

  /**
   * Classifies a post, admission included.
   *
   * @throws ModerationError what {@link Classifier.admit} throws, and the codes of an item: `empty_item`, `text_too_long`,
   * `text_invalid`, `image_too_large`, `image_unsupported`, `image_undecodable`, `output_invalid`, `worker_failed`,
   * `deadline_exceeded`; the signal's reason when it aborts
   */
  async classify(post: Post, options: ClassifyOptions = {}): Promise<Classification> {
    return this.admit(demandOf(post)).classify(post, options);
  }

  stats(): EngineStats {
    const { cache, stages } = this.#pipeline;
    const { text, image } = this.#lanes;
    const entries = STAGES.map((name) => {
      const { queued, running, msPerItem } = stages[name];
      return [name, { queued, running, msPerItem }] as const;
    });
    return {
      status: this.status,
      lanes: {
        text: { held: text.held, capacity: text.capacity },
        image: { held: image.held, capacity: image.capacity },
      },
      stages: Object.fromEntries(entries) as Record<StageName, StageStats>,
      cache: { items: cache.size, capacity: cache.capacity, inFlight: cache.inFlight },
    };
  }

  /** Refuses new work and resolves when every admitted post is settled and every place given back. */
  async drain(): Promise<void> {
    if (this.#closing === undefined) this.#health.enter('draining');
    await this.#desk.whenIdle();
  }

  /** Ends the workers. What is not answered by then rejects with `shutting_down`. May be called more than once. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#health.enter('closed');
    await Promise.all([
      this.#verification?.close(),
      this.#pipeline.close(new ModerationError('shutting_down', 'The engine was closed before it answered.')),
    ]);
  }

  /** Closes, and rejects, when the engine failed meanwhile. */
  async #settledOrClosed(): Promise<void> {
    await this.settled;
    try {
      this.#health.assertOpen();
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async #settle(): Promise<void> {
    await Promise.all([this.#compareHashes(), this.#pipeline.improve()]);
  }

  async #compareHashes(): Promise<void> {
    try {
      await this.#verification?.compareHashes();
    } catch (error) {
      if (this.#closing === undefined) this.#health.fail(error as ModerationError);
    }
  }
}
