import { LRUCache } from 'lru-cache';
import type { ImagePart } from '../../contract/parts.js';
import type { ImageFacts } from '../../image/parts.js';
import { type ImageWishes, NO_IMAGE_WISHES } from '../../image/wishes.js';
import type { EngineContext } from '../context.js';
import type { ContentKeys } from '../features/content-key.js';
import type { FeatureCache } from '../features/feature-cache.js';
import { mapLimited } from '../permits.js';
import type { ImageFile } from '../stages/image-decoder.js';
import type { TimingsDraft } from '../stages/stage.js';
import type { Stages } from '../stages/stages.js';
import type { DecodedPart, ImageResponse } from '../workers/messages.js';

/** What the image encoder made of a file's first part. */
export interface FirstPart {
  /** Pooled, [width]. */
  readonly features: Float32Array;
  readonly facts: ImageFacts;
}

/** A part of an image, encoded; the post knows which of its images it is. */
export interface EncodedImagePart {
  readonly part: Omit<ImagePart, 'index'>;
  readonly features: Float32Array;
}

export interface EncodedImage {
  readonly parts: readonly [EncodedImagePart, ...EncodedImagePart[]];
  readonly facts: ImageFacts;
}

/** One image file on its way. */
export interface ImageTask {
  readonly file: ImageFile;
  readonly wishes: ImageWishes;
  readonly signal: AbortSignal;
  readonly timings: TimingsDraft;
  /** Called when the image waits for no other image any more; it may be called again. */
  readonly onTurn: () => void;
  /** How many parts may be under way at a time, given how many there are. */
  readonly expand: (parts: number) => number;
}

export interface ImageEncoderParts {
  readonly keys: ContentKeys;
  readonly cache: FeatureCache;
  readonly stages: Pick<Stages, 'decode_image' | 'encode_image'>;
  readonly context: EngineContext;
}

/** Which parts a file has under some wishes, and the keys of their features: what saves it from being decoded again. */
interface Layout {
  readonly parts: readonly { readonly part: Omit<ImagePart, 'index'>; readonly key: string }[];
  readonly facts: ImageFacts;
}

/** A layout is a few hundred bytes a part. */
const LAYOUTS = 4096;

const STORED = { frame: 0, view: 'stored' } as const;

/** From an image file to the pooled features of its parts. */
export class EncodeImage {
  readonly #of: ImageEncoderParts;
  readonly #layouts = new LRUCache<string, Layout>({ max: LAYOUTS });

  constructor(parts: ImageEncoderParts) {
    this.#of = parts;
  }

  async run(task: ImageTask): Promise<EncodedImage> {
    if (this.#of.stages.encode_image.idle) task.onTurn();
    const key = await this.#of.keys.ofImage(task.file.bytes);
    const { frames, tiles, shown } = task.wishes;
    if (frames || tiles || shown) return this.#parts(key, task);
    const { features, facts } = await this.#first(key, task);
    return { parts: [{ part: STORED, features }], facts };
  }

  #first(key: string, task: ImageTask): Promise<FirstPart> {
    return this.#cached<FirstPart>(key, task, async (signal) => {
      const { parts, facts } = await this.#decode(task, NO_IMAGE_WISHES, signal);
      return { features: await this.#encode(firstOf(parts), task, signal), facts };
    });
  }

  async #parts(key: string, task: ImageTask): Promise<EncodedImage> {
    const { wishes } = task;
    const layoutKey = `${key} ${wishes.frames} ${wishes.tiles} ${wishes.shown}`;
    const known = this.#layouts.get(layoutKey);
    // Where the layout is known the file is decoded only for what was forgotten; computations that others share wait for
    // it then, so that it must not end with this caller.
    const decode = once(() => this.#decode(task, wishes, known ? NEVER_ABORTS : task.signal));
    const layout = known ?? this.#layoutOf(key, await decode());
    this.#layouts.set(layoutKey, layout);
    const limit = layout.parts.length > 1 ? task.expand(layout.parts.length) : 1;
    const parts = await mapLimited(layout.parts, limit, async ({ part, key: partKey }, index) => {
      const { features } = await this.#cached<FirstPart>(partKey, task, async (signal) => {
        const { parts: decoded, facts } = await decode();
        return { features: await this.#encode(decoded[index] as DecodedPart, task, signal), facts };
      });
      return { part, features };
    });
    return { parts: parts as [EncodedImagePart, ...EncodedImagePart[]], facts: layout.facts };
  }

  /** The first part has the key of the file: posts without wishes share it. */
  #layoutOf(key: string, { parts, facts }: ImageResponse): Layout {
    return {
      facts,
      parts: parts.map(({ frame, tile, view, digest }) => ({
        part: { frame, view, ...(tile && { tile: [...tile] as [number, number, number, number] }) },
        key: digest === undefined ? key : this.#of.keys.ofPixels(digest),
      })),
    };
  }

  #cached<Value extends object>(
    key: string,
    { signal, onTurn }: ImageTask,
    compute: (signal: AbortSignal) => Promise<Value>,
  ): Promise<Value> {
    const { cache, context } = this.#of;
    return cache.get<Value>(key, signal, compute, (outcome) => {
      if (outcome !== 'miss') onTurn();
      context.observer.cache?.({ modality: 'image', outcome });
    });
  }

  #decode({ file, timings }: ImageTask, wishes: ImageWishes, signal: AbortSignal): Promise<ImageResponse> {
    return this.#of.stages.decode_image.submit({ ...file, wishes }, signal, timings);
  }

  #encode(
    { pixels }: DecodedPart,
    { timings, onTurn }: ImageTask,
    signal: AbortSignal,
  ): Promise<Float32Array> {
    return this.#of.stages.encode_image.submit(pixels, signal, timings, { onStart: onTurn });
  }
}

const NEVER_ABORTS = new AbortController().signal;

function firstOf(parts: readonly DecodedPart[]): DecodedPart {
  const [first] = parts;
  if (first === undefined) throw new RangeError('The decoder gave no part of the image.');
  return first;
}

function once<Value>(run: () => Promise<Value>): () => Promise<Value> {
  let result: Promise<Value> | undefined;
  return () => {
    result ??= run();
    return result;
  };
}
