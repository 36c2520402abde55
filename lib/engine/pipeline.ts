import type { Pack } from '../checkpoint/pack/pack.js';
import { ModerationError } from '../contract/errors.js';
import { textRow } from '../text/sequence.js';
import type { Encoding } from '../text/tokenizer.js';
import type { EngineContext } from './context.js';
import { ContentKeys } from './features/content-key.js';
import { FeatureCache } from './features/feature-cache.js';
import type { StageName } from './observer.js';
import type { Urgency } from './scheduling/urgency.js';
import type { PostFeatures } from './stages/head.js';
import type { ImageFile } from './stages/image-decoder.js';
import { ShortTexts } from './stages/short-texts.js';
import type { TimingsDraft } from './stages/stage.js';
import { createStages, type Stages } from './stages/stages.js';
import type { Provider } from './workers/messages.js';

/** What an encoder makes of one text or image. */
export interface Encoded {
  /** Pooled, [width]. */
  readonly features: Float32Array;
  /** Whether some of the text was left unread. False for images. */
  readonly truncated: boolean;
}

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
  readonly cache: FeatureCache<Encoded>;
  readonly #keys: ContentKeys;
  readonly #context: EngineContext;
  readonly #pack: Pack;
  readonly #shortTexts: ShortTexts;

  constructor(options: PipelineOptions, context: EngineContext) {
    const { pack } = options;
    this.#context = context;
    this.#pack = pack;
    this.#keys = new ContentKeys(pack.hash);
    this.cache = new FeatureCache(context.limits.cacheItems);
    this.#shortTexts = new ShortTexts(pack, context);
    this.stages = createStages({ ...options, tokenizer: this.#shortTexts.workerStart }, context);
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

  /** @param urgency until it rises the text starts no batch, and goes with what does */
  encodeText(text: string, signal: AbortSignal, timings: TimingsDraft, urgency: Urgency): Promise<Encoded> {
    return this.cache.get(
      this.#keys.ofText(text),
      signal,
      (shared, wanted) => this.#computeText(text, shared, timings, wanted),
      (outcome) => this.#context.observer.cache?.({ modality: 'text', outcome }),
      urgency,
    );
  }

  /** @param onTurn called when the image waits for no other image any more; it may be called again */
  async encodeImage(
    file: ImageFile,
    signal: AbortSignal,
    timings: TimingsDraft,
    onTurn: () => void,
  ): Promise<Encoded> {
    if (this.stages.encode_image.idle) onTurn();
    return this.cache.get(
      await this.#keys.ofImage(file.bytes),
      signal,
      (shared) => this.#computeImage(file, shared, timings, onTurn),
      (outcome) => {
        if (outcome !== 'miss') onTurn();
        this.#context.observer.cache?.({ modality: 'image', outcome });
      },
    );
  }

  /** Logits, one per class. */
  classify(features: PostFeatures, signal: AbortSignal, timings: TimingsDraft): Promise<Float32Array> {
    return this.stages.classify.submit(features, signal, timings);
  }

  async #computeText(
    text: string,
    signal: AbortSignal,
    timings: TimingsDraft,
    urgency: Urgency,
  ): Promise<Encoded> {
    const { ids, truncated } = await this.#tokenize(text, signal, timings);
    const row = textRow(ids, this.#pack.manifest.text);
    const features = await this.stages.encode_text.submit(row, signal, timings, { urgency });
    return { features, truncated };
  }

  async #tokenize(text: string, signal: AbortSignal, timings: TimingsDraft): Promise<Encoding> {
    return this.#shortTexts.encode(text, timings) ?? this.stages.tokenize.submit(text, signal, timings);
  }

  async #computeImage(
    file: ImageFile,
    signal: AbortSignal,
    timings: TimingsDraft,
    onStart: () => void,
  ): Promise<Encoded> {
    const pixels = await this.stages.decode_image.submit(file, signal, timings);
    const features = await this.stages.encode_image.submit(pixels, signal, timings, { onStart });
    return { features, truncated: false };
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
