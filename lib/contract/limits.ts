/**
 * Every limit of the service, in one table: name, default, range, unit, reason and environment variable. It is
 * validated at start, printed by `moderate serve --help` and documented in docs/limits.md.
 */
import { SAGEMAKER_BATCH } from './environment.js';
import { ModerationError } from './errors.js';

export interface LimitDefinition {
  readonly default: number;
  /** The default inside a batch transform job (`SAGEMAKER_BATCH=true`), where it differs. */
  readonly batchDefault?: number;
  readonly min: number;
  readonly max: number;
  readonly unit: 'bytes' | 'items' | 'characters' | 'pixels' | 'ms' | 'connections' | 'count';
  readonly environment: string;
  readonly reason: string;
}

const MiB = 1024 * 1024;

const define = <const T extends Record<string, LimitDefinition>>(definitions: T): T => definitions;

export const LIMITS = define({
  maxBodyBytes: {
    default: 25 * MiB,
    min: 1024,
    max: 100 * MiB,
    unit: 'bytes',
    environment: 'MODERATION_MAX_BODY_BYTES',
    reason: 'SageMaker passes 25 MB to a real-time endpoint and at most 100 MB to a batch transform.',
  },
  maxItems: {
    default: 128,
    min: 1,
    max: 10_000,
    unit: 'items',
    environment: 'MODERATION_MAX_ITEMS',
    reason: 'SageMaker gives an answer 60 s; 128 images take about 15 s on two cores.',
  },
  maxLines: {
    default: 100_000,
    min: 1,
    max: 1_000_000,
    unit: 'items',
    environment: 'MODERATION_MAX_LINES',
    reason:
      'A batch transform joins records to JSON Lines of 6 MB, which is 100,000 short posts. Lines are computed in a ' +
      'window, so that they do not fill the queues; maxItems does not apply to them.',
  },
  maxTextChars: {
    default: 20_000,
    min: 64,
    max: 1_000_000,
    unit: 'characters',
    environment: 'MODERATION_MAX_TEXT_CHARS',
    reason: 'The model reads 64 tokens; tokenizing costs time in proportion to the whole text.',
  },
  maxImageBytes: {
    default: 20 * MiB,
    min: 1024,
    max: 100 * MiB,
    unit: 'bytes',
    environment: 'MODERATION_MAX_IMAGE_BYTES',
    reason: 'Larger files than phones make; one item must not take a request for itself.',
  },
  maxImagesPerItem: {
    default: 10,
    min: 1,
    max: 100,
    unit: 'items',
    environment: 'MODERATION_MAX_IMAGES_PER_ITEM',
    reason: 'What posts of large platforms hold; each is one or more images to compute.',
  },
  maxFrames: {
    default: 8,
    min: 1,
    max: 256,
    unit: 'items',
    environment: 'MODERATION_MAX_FRAMES',
    reason:
      'Frames of one animation that are judged where frames are asked for; each costs what an image costs.',
  },
  maxTiles: {
    default: 24,
    min: 5,
    max: 64,
    unit: 'items',
    environment: 'MODERATION_MAX_TILES',
    reason:
      'Tiles of one picture of extreme aspect that are judged where tiles are asked for; they become longer than their squares where there would be more.',
  },
  maxPartsPerImage: {
    default: 32,
    min: 1,
    max: 256,
    unit: 'items',
    environment: 'MODERATION_MAX_PARTS_PER_IMAGE',
    reason: 'Frames, tiles and views of one image file together.',
  },
  maxWindows: {
    default: 16,
    min: 1,
    max: 1024,
    unit: 'items',
    environment: 'MODERATION_MAX_WINDOWS',
    reason: 'Windows of one text that are judged where windows are asked for: about 750 tokens of SigLIP2.',
  },
  maxAnswersPerItem: {
    default: 512,
    min: 1,
    max: 4096,
    unit: 'items',
    environment: 'MODERATION_MAX_ANSWERS_PER_ITEM',
    reason: 'Pairs of a text part and an image part: each passes the head, and stands in the reply.',
  },
  maxImagePixels: {
    default: 50_000_000,
    min: 10_000,
    max: 268_402_689,
    unit: 'pixels',
    environment: 'MODERATION_MAX_IMAGE_PIXELS',
    reason:
      'Takes 48-megapixel phone photographs. On one core, 49 megapixels of JPEG, PNG, GIF or WebP take 0.2 to 2 s and ' +
      '230 to 590 MB, and a small file can claim billions of pixels.',
  },
  maxAvifPixels: {
    default: 16_777_216,
    min: 10_000,
    max: 268_402_689,
    unit: 'pixels',
    environment: 'MODERATION_MAX_AVIF_PIXELS',
    reason:
      'AVIF costs about four times the time and memory of a JPEG (48 megapixels from a file of 1 kB: 2 s and 900 MB; ' +
      'of noise: over 5 s). Takes 12-megapixel phone photographs. Where maxImagePixels is lower, that counts.',
  },
  maxImageEdge: {
    default: 32_768,
    min: 224,
    max: 65_535,
    unit: 'pixels',
    environment: 'MODERATION_MAX_IMAGE_EDGE',
    reason: 'Resampling tables grow with the longer edge.',
  },
  maxQueuedTexts: {
    default: 512,
    min: 1,
    max: 100_000,
    unit: 'items',
    environment: 'MODERATION_MAX_QUEUED_TEXTS',
    reason: 'Bounds the wait of a text to a few seconds; beyond it the service refuses at once.',
  },
  maxQueuedImages: {
    default: 256,
    min: 1,
    max: 100_000,
    unit: 'items',
    environment: 'MODERATION_MAX_QUEUED_IMAGES',
    reason:
      'Bounds the wait of an image to about 25 s at fp32 on two cores; beyond it the service refuses at once.',
  },
  maxBatchTexts: {
    default: 16,
    min: 1,
    max: 1024,
    unit: 'items',
    environment: 'MODERATION_MAX_BATCH_TEXTS',
    reason:
      'Texts that run together; on a CPU, replicas of the encoder share it. More save little and let others wait.',
  },
  maxBatchImages: {
    default: 8,
    min: 1,
    max: 256,
    unit: 'items',
    environment: 'MODERATION_MAX_BATCH_IMAGES',
    reason: 'Images that run together on a GPU. On a CPU they run one by one.',
  },
  cacheItems: {
    default: 20_000,
    min: 0,
    max: 10_000_000,
    unit: 'items',
    environment: 'MODERATION_CACHE_ITEMS',
    reason: 'Pooled features kept for posts seen before: 3 kB an item at width 768. 0 turns the cache off.',
  },
  requestTimeoutMs: {
    default: 55_000,
    batchDefault: 590_000,
    min: 100,
    max: 3_600_000,
    unit: 'ms',
    environment: 'MODERATION_REQUEST_TIMEOUT_MS',
    reason:
      'SageMaker gives up after 60 s, a batch transform after 600 s by default; what would come later is not computed.',
  },
  bodyTimeoutMs: {
    default: 30_000,
    min: 100,
    max: 600_000,
    unit: 'ms',
    environment: 'MODERATION_BODY_TIMEOUT_MS',
    reason: 'A slow sender must not hold a connection for ever.',
  },
  drainTimeoutMs: {
    default: 25_000,
    min: 100,
    max: 600_000,
    unit: 'ms',
    environment: 'MODERATION_DRAIN_TIMEOUT_MS',
    reason: 'SageMaker kills the container 30 s after SIGTERM.',
  },
  workerTimeoutMs: {
    default: 60_000,
    min: 100,
    max: 600_000,
    unit: 'ms',
    environment: 'MODERATION_WORKER_TIMEOUT_MS',
    reason: 'A worker that has not finished a batch by then hangs and is replaced.',
  },
  maxConnections: {
    default: 1024,
    min: 1,
    max: 100_000,
    unit: 'connections',
    environment: 'MODERATION_MAX_CONNECTIONS',
    reason: 'Sockets and their buffers take memory before a request is read.',
  },
  maxHeaderBytes: {
    default: 16 * 1024,
    min: 1024,
    max: MiB,
    unit: 'bytes',
    environment: 'MODERATION_MAX_HEADER_BYTES',
    reason: 'The request line and all headers; SageMaker sends about 1 kB.',
  },
  headersTimeoutMs: {
    default: 10_000,
    min: 100,
    max: 600_000,
    unit: 'ms',
    environment: 'MODERATION_HEADERS_TIMEOUT_MS',
    reason: 'Headers come in one packet or two; who trickles them holds a connection.',
  },
  keepAliveTimeoutMs: {
    default: 75_000,
    min: 100,
    max: 3_600_000,
    unit: 'ms',
    environment: 'MODERATION_KEEP_ALIVE_TIMEOUT_MS',
    reason:
      'Longer than load balancers keep an idle connection (60 s is common): the side that sends requests must close ' +
      'it, or a request meets a closing socket.',
  },
  maxInflightBytes: {
    default: 256 * MiB,
    min: MiB,
    max: 16 * 1024 * MiB,
    unit: 'bytes',
    environment: 'MODERATION_MAX_INFLIGHT_BYTES',
    reason: 'Bodies being received or answered, in all; beyond it the service refuses before it reads.',
  },
});

export type LimitName = keyof typeof LIMITS;

/** The limits in force: one number each. */
export type Limits = Readonly<Record<LimitName, number>>;

export const LIMIT_NAMES = Object.keys(LIMITS) as LimitName[];

/**
 * The limits that stand in the environment, the rest at their defaults. All bad values are reported together, in one
 * `invalid_configuration`.
 */
export function limitsFromEnvironment(environment: Readonly<Record<string, string | undefined>>): Limits {
  const batch = environment[SAGEMAKER_BATCH] === 'true';
  const problems: string[] = [];
  const limits = {} as Record<LimitName, number>;
  for (const name of LIMIT_NAMES) {
    const definition: LimitDefinition = LIMITS[name];
    const fallback = batch ? (definition.batchDefault ?? definition.default) : definition.default;
    const raw = environment[definition.environment];
    limits[name] = raw === undefined || raw === '' ? fallback : parse(raw, definition, fallback, problems);
  }
  problems.push(...contradictions(limits));
  if (problems.length > 0) {
    throw new ModerationError('invalid_configuration', `Invalid limits:\n- ${problems.join('\n- ')}`);
  }
  return limits;
}

/** All limits at their defaults, with some replaced. */
export function defaultLimits(overrides: Partial<Limits> = {}): Limits {
  const limits = {} as Record<LimitName, number>;
  for (const name of LIMIT_NAMES) limits[name] = overrides[name] ?? LIMITS[name].default;
  return limits;
}

/** Every limit on its own, as indented lines for a terminal: variable, default, range and reason. */
export function describeLimits(): string {
  return LIMIT_NAMES.map((name) => {
    const {
      default: value,
      batchDefault,
      min,
      max,
      unit,
      environment,
      reason,
    }: LimitDefinition = LIMITS[name];
    const batch = batchDefault === undefined ? '' : `, ${batchDefault} in a batch transform`;
    return `  ${environment}\n    ${value} ${unit}${batch} (${min} to ${max}). ${reason}`;
  }).join('\n');
}

function parse(raw: string, definition: LimitDefinition, fallback: number, problems: string[]): number {
  const value = /^\d+$/.test(raw) ? Number(raw) : Number.NaN;
  if (value >= definition.min && value <= definition.max) return value;
  problems.push(
    `${definition.environment} is ${JSON.stringify(raw)}; expected a whole number of ${definition.unit} ` +
      `from ${definition.min} to ${definition.max} (default ${fallback})`,
  );
  return fallback;
}

/** A body that no budget admits would be refused as "try again later" for ever. */
function contradictions(limits: Limits): string[] {
  // A text has two views; each part stands in one answer at least.
  const parts = 2 * limits.maxWindows + limits.maxImagesPerItem * limits.maxPartsPerImage;
  return [
    ...(limits.maxInflightBytes < limits.maxBodyBytes
      ? [
          `${LIMITS.maxInflightBytes.environment} is ${limits.maxInflightBytes}; expected at least ` +
            `${LIMITS.maxBodyBytes.environment}, which is ${limits.maxBodyBytes}`,
        ]
      : []),
    ...(limits.maxAnswersPerItem < parts
      ? [
          `${LIMITS.maxAnswersPerItem.environment} is ${limits.maxAnswersPerItem}; expected at least ${parts}, the parts ` +
            'that an item may have: 2 × maxWindows + maxImagesPerItem × maxPartsPerImage',
        ]
      : []),
  ];
}
