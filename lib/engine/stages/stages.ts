import type { Pack } from '../../checkpoint/pack/pack.js';
import { NO_IMAGE_WISHES } from '../../image/wishes.js';
import type { ReadText } from '../../text/read-text.js';
import { type TextRow, textRow } from '../../text/sequence.js';
import type { EngineContext } from '../context.js';
import { type EncoderLayout, encoderLayout, imageBatch, textBounds } from '../encoder-layout.js';
import type { LaneName } from '../lane.js';
import type {
  ImageRequest,
  ImageResponse,
  ImageStart,
  Provider,
  SessionRequest,
  SessionResponse,
  SessionStart,
  TokenizerRequest,
  TokenizerResponse,
  TokenizerStart,
} from '../workers/messages.js';
import { headAdapter, type PostFeatures } from './head.js';
import { type ImageToDecode, imageDecoderAdapter } from './image-decoder.js';
import { imageEncoderAdapter } from './image-encoder.js';
import { PROBE_IMAGE } from './probe-image.js';
import { Stage } from './stage.js';
import { textEncoderAdapter } from './text-encoder.js';
import { tokenizerAdapter } from './tokenizer.js';

/** Every stage of a post, by name. */
export interface Stages {
  readonly tokenize: Stage<string, ReadText, TokenizerRequest, TokenizerResponse>;
  readonly encode_text: Stage<TextRow, Float32Array, SessionRequest, SessionResponse>;
  readonly decode_image: Stage<ImageToDecode, ImageResponse, ImageRequest, ImageResponse>;
  readonly encode_image: Stage<Uint8Array, Float32Array, SessionRequest, SessionResponse>;
  readonly classify: Stage<PostFeatures, Float32Array, SessionRequest, SessionResponse>;
}

export interface StagesOptions {
  readonly pack: Pack;
  readonly provider: Provider;
  readonly threads: number;
  readonly replicas: number | undefined;
  /** What the worker for long texts starts with. */
  readonly tokenizer: TokenizerStart;
}

/** Texts that are tokenized in one call, and their characters in all: a long one goes alone. */
const TOKENIZER_BATCH = { maxItems: 64, maxCost: 50_000 };
/** Posts that pass the head together. It takes microseconds a post; the limit bounds the copy. */
const HEAD_BATCH = { maxItems: 256, maxCost: 256 };
/** Pairs of parts of one post that are with the head at a time. */
export const HEAD_AT_ONCE = 64;

export function createStages(options: StagesOptions, context: EngineContext): Stages {
  return {
    tokenize: tokenizeStage(options, context),
    encode_text: textStage(options, context),
    decode_image: decodeStage(options, context),
    encode_image: imageStage(options, context),
    classify: headStage(options, context),
  };
}

/** Of long texts. Its only worker is a late one: there are few of them, and no start has to wait for it. */
function tokenizeStage({ tokenizer }: StagesOptions, context: EngineContext): Stages['tokenize'] {
  return new Stage(
    {
      name: 'tokenize',
      entry: 'tokenizer-worker',
      start: tokenizer,
      workers: 0,
      late: { workers: 1, start: tokenizer },
      probe: () => '',
      adapter: tokenizerAdapter,
      bounds: TOKENIZER_BATCH,
      capacity: context.limits.maxQueuedTexts,
      weigh: (text) => text.length,
    },
    context,
  );
}

function textStage(options: StagesOptions, context: EngineContext): Stages['encode_text'] {
  const { pack } = options;
  const { text, tokenTable } = pack.manifest;
  const { maxQueuedTexts, maxBatchTexts } = context.limits;
  const layout = layoutOf('text', options);
  const table = { spec: tokenTable, checksums: pack.path(tokenTable.checksums) };
  const graph = { name: 'text', file: text.graph, tokenTable: table };
  return new Stage(
    {
      name: 'encode_text',
      entry: 'session-worker',
      ...encoderStarts(graph, layout, options),
      probe: () => textRow(Int32Array.of(text.eosId), text),
      adapter: textEncoderAdapter,
      bounds: textBounds(maxBatchTexts, layout, text.maxTokens),
      capacity: maxQueuedTexts,
      weigh: ({ inputIds }) => inputIds.length,
    },
    context,
  );
}

function decodeStage({ pack, threads }: StagesOptions, context: EngineContext): Stages['decode_image'] {
  const start: ImageStart = { spec: pack.manifest.image, limits: context.limits };
  return new Stage(
    {
      name: 'decode_image',
      entry: 'image-worker',
      start,
      workers: Math.max(1, Math.floor(threads / 2)),
      probe: () => ({ bytes: PROBE_IMAGE, transfer: false, wishes: NO_IMAGE_WISHES }),
      adapter: imageDecoderAdapter,
      bounds: { maxItems: 1, maxCost: Number.POSITIVE_INFINITY },
      capacity: context.limits.maxQueuedImages,
      weigh: ({ bytes }) => bytes.byteLength,
    },
    context,
  );
}

function imageStage(options: StagesOptions, context: EngineContext): Stages['encode_image'] {
  const { image } = options.pack.manifest;
  const { maxQueuedImages, maxBatchImages } = context.limits;
  const layout = layoutOf('image', options);
  const maxItems = imageBatch(maxBatchImages, options.provider);
  const adapter = imageEncoderAdapter(image);
  return new Stage(
    {
      name: 'encode_image',
      entry: 'session-worker',
      ...encoderStarts({ name: 'image', file: image.graph }, layout, options),
      probe: () => new Uint8Array(image.size * image.size * 3),
      adapter,
      bounds: { maxItems, maxCost: maxItems },
      capacity: maxQueuedImages,
      weigh: () => 1,
    },
    context,
  );
}

function headStage(options: StagesOptions, context: EngineContext): Stages['classify'] {
  const { maxQueuedTexts, maxQueuedImages } = context.limits;
  const adapter = headAdapter(options.pack.manifest);
  const graph = { name: 'head', file: options.pack.manifest.head.graph };
  return new Stage(
    {
      name: 'classify',
      entry: 'session-worker',
      start: sessionStart(graph, { threads: 1, prepack: true }, options),
      workers: 1,
      probe: () => ({ text: undefined, image: undefined }),
      adapter,
      bounds: HEAD_BATCH,
      capacity: HEAD_AT_ONCE * (maxQueuedTexts + maxQueuedImages),
      weigh: () => 1,
    },
    context,
  );
}

function layoutOf(modality: LaneName, { pack, ...options }: StagesOptions): EncoderLayout {
  return encoderLayout(modality, { ...options, precision: pack.manifest.precision });
}

/**
 * On the CPU an encoder starts ten times as fast without prepacking, and answers its probe faster with all cores; one of
 * the final layout follows. The first replica answers alone until the others have joined it. There, encoders are busy for
 * long, and what feeds them and answers for them, `/ping` too, is not: that goes first.
 */
function encoderStarts(graph: GraphOfPack, layout: EncoderLayout, options: StagesOptions): EncoderStarts {
  const onCpu = options.provider === 'cpu';
  const final = { ...sessionStart(graph, layout, options), yields: onCpu };
  const late = { workers: layout.replicas - 1, start: final };
  if (!onCpu) return { start: final, workers: 1, late };
  const fast = { ...final, threads: options.threads, prepack: false };
  return { start: fast, improvedStart: final, workers: 1, late };
}

interface GraphOfPack extends Pick<SessionStart, 'name' | 'tokenTable'> {
  readonly file: string;
}

interface EncoderStarts {
  readonly start: SessionStart;
  readonly improvedStart?: SessionStart;
  readonly workers: number;
  readonly late: { readonly workers: number; readonly start: SessionStart };
}

function sessionStart(
  { file, ...graph }: GraphOfPack,
  { threads, prepack }: Pick<EncoderLayout, 'threads' | 'prepack'>,
  { pack, provider }: StagesOptions,
): SessionStart {
  return {
    ...graph,
    graph: pack.path(file),
    weights: pack.path(pack.manifest.weights),
    provider,
    threads,
    prepack,
  };
}
