import type { Pack } from '../checkpoint/pack/pack.js';
import { ModerationError } from '../contract/errors.js';
import type { EngineContext } from './context.js';
import { EncodeImage } from './encoding/encode-image.js';
import { EncodeText } from './encoding/encode-text.js';
import { ContentKeys } from './features/content-key.js';
import { FeatureCache } from './features/feature-cache.js';
import type { StageName } from './observer.js';
import type { PostFeatures } from './stages/head.js';
import { ShortTexts } from './stages/short-texts.js';
import type { TimingsDraft } from './stages/stage.js';
import { createStages, type Stages } from './stages/stages.js';
import type { Provider } from './workers/messages.js';

export interface PipelineOptions {
  readonly pack: Pack;
  readonly provider: Provider;
  /** Cores that each encoder may use; half as many workers decode images. */
  readonly threads: number;
  /** Replicas of each encoder on the CPU. Undefined: see {@link encoderLayout}. */
  readonly replicas: number | undefined;
}

/** From content to logits: the stages of a post, and the memory that saves it from passing them twice. */
export class Pipeline {
  readonly stages: Stages;
  readonly cache: FeatureCache;
  readonly text: EncodeText;
  readonly image: EncodeImage;
  readonly #shortTexts: ShortTexts;

  constructor(options: PipelineOptions, context: EngineContext) {
    const { pack } = options;
    const keys = new ContentKeys(pack.hash);
    this.cache = new FeatureCache(context.limits.cacheItems);
    this.#shortTexts = new ShortTexts(pack, context);
    this.stages = createStages({ ...options, tokenizer: this.#shortTexts.workerStart }, context);
    const shared = { keys, cache: this.cache, stages: this.stages, context };
    this.text = new EncodeText({ ...shared, spec: pack.manifest.text, shortTexts: this.#shortTexts });
    this.image = new EncodeImage(shared);
  }

  /**
   * Starts all workers side by side; each answers a probe by itself, so that none waits for this thread, and the head
   * then what the encoders made of theirs. Rejects with what kept a worker from getting ready, or with `pack_invalid`
   * when the model gives no numbers.
   */
  async start(signal: AbortSignal): Promise<void> {
    const { tokenize, encode_text, decode_image, encode_image, classify } = this.stages;
    try {
      const [[text], [image]] = await Promise.all([
        encode_text.start(),
        encode_image.start(),
        ...[tokenize.start(), decode_image.start(), classify.start(), this.#shortTexts.load()],
      ]);
      await this.classify({ text, image }, signal, {});
    } catch (error) {
      if (!(error instanceof ModerationError && error.code === 'output_invalid')) throw error;
      throw new ModerationError('pack_invalid', `The warm-up failed. ${error.message}`, { cause: error });
    }
  }

  /** Replaces, while posts are answered, workers that start fast by workers that answer fast. Never rejects. */
  async improve(): Promise<void> {
    await Promise.all(Object.values(this.stages).map((stage) => stage.improve()));
  }

  /** Logits, one per class. */
  classify(features: PostFeatures, signal: AbortSignal, timings: TimingsDraft): Promise<Float32Array> {
    return this.stages.classify.submit(features, signal, timings);
  }

  /** The name of a stage with a worker that could not be replaced. */
  get failedStage(): StageName | undefined {
    return Object.values(this.stages).find(({ failed }) => failed)?.name;
  }

  get well(): boolean {
    return Object.values(this.stages).every(({ well }) => well);
  }

  async close(reason: unknown): Promise<void> {
    await Promise.all(Object.values(this.stages).map((stage) => stage.close(reason)));
  }
}
