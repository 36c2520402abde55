/** The options of the client and of its calls: units, ranges and what happens without them. */
import type { SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import type { View } from '../contract/parts.js';
import type { ObjectStore, S3ClientLike } from './asynchronous/object-store.js';
import type { ClientEvent } from './events.js';

/** A SageMaker endpoint. */
export interface SageMakerTarget {
  readonly endpointName: string;
  /** @default that of the AWS configuration: AWS_REGION, or the profile's */
  readonly region?: string | undefined;
  /**
   * A client of your own, for credentials, proxies or middleware. The client never closes it, and calls it without its
   * own retries: those of this client take their place.
   *
   * @default one with the AWS default credential chain, closed by `close()`
   */
  readonly runtime?: Pick<SageMakerRuntimeClient, 'send'> | undefined;
  /** The production variant to ask for. @default SageMaker chooses by weight */
  readonly targetVariant?: string | undefined;
  /** @default the endpoint has none */
  readonly inferenceComponentName?: string | undefined;
  /**
   * Whether the endpoint is serverless, where a request holds 4 MB instead of 25: sets the default of `maxRequestBytes`
   * and bounds it. @default false
   */
  readonly serverless?: boolean | undefined;
  /** Needed for `classifyAsync`. @default the endpoint is not an asynchronous one */
  readonly asynchronous?: AsynchronousTarget | undefined;
  readonly url?: never;
}

/** How an asynchronous endpoint is fed: answers are objects in S3, and so are requests that are too large for the call. */
export interface AsynchronousTarget {
  /**
   * Where larger requests are put: `s3://bucket/prefix/`. The endpoint's role must be allowed to read there. The client
   * deletes nothing: give the prefix a lifecycle rule.
   *
   * @default requests hold what travels inline, and a larger post is an error
   */
  readonly input?: string | undefined;
  /**
   * Requests of up to this many bytes travel in the call itself, 0 to 128000: nothing is put into S3 for them, and nothing
   * lies there afterwards. 0 puts every request into S3. @default 128000, all that SageMaker takes
   */
  readonly inlineBytes?: number | undefined;
  /**
   * An S3 client of your own, or anything that stores objects.
   * @default an `S3Client` of the package `@aws-sdk/client-s3`, with the AWS default credential chain
   */
  readonly s3?: S3ClientLike | ObjectStore | undefined;
  /** Milliseconds between two looks for the answer, 10 to 600000. @default 1000 */
  readonly pollIntervalMs?: number | undefined;
}

/** A container, or anything that speaks its HTTP interface. */
export interface HttpTarget {
  /** Where the service stands: `/invocations` is added unless it is there already. */
  readonly url: string | URL;
  /** Sent with each request, for example for a gateway in between. @default none */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** @default the global `fetch` */
  readonly fetch?: typeof globalThis.fetch | undefined;
  readonly endpointName?: never;
  readonly asynchronous?: never;
  readonly serverless?: never;
}

export interface RetryOptions {
  /** How often a post is sent at most, 1 to 20. @default 5 */
  readonly maxAttempts?: number | undefined;
  /** The first wait lasts up to this many milliseconds, every next up to twice as many. @default 200 */
  readonly baseDelayMs?: number | undefined;
  /** No wait is longer, unless the service asks for it. In milliseconds. @default 20000 */
  readonly maxDelayMs?: number | undefined;
}

export interface CommonOptions {
  /**
   * Milliseconds for a post over all its attempts and waits, 1 to 86400000. For `classify` they run from the call, for
   * `classifyMany` from when the post is first sent. @default 120000
   */
  readonly timeoutMs?: number | undefined;
  /**
   * Milliseconds for one attempt, 1 to 86400000. SageMaker itself gives up after 60 s and says so a little later.
   * @default 65000
   */
  readonly attemptTimeoutMs?: number | undefined;
  readonly retry?: RetryOptions | undefined;
  /**
   * The most bytes of a request, 8192 to 104857600. Asynchronous requests without an `input` hold `inlineBytes` at most.
   * @default 25000000, `PAYLOAD_LIMITS.realtime`; 4000000 for `serverless`
   */
  readonly maxRequestBytes?: number | undefined;
  /** The most bytes of an image file, 1024 to 104857600; more are never read. @default 20971520, the service's own */
  readonly maxImageBytes?: number | undefined;
  /**
   * Downscales large images before they travel; needs the package `sharp`. It changes scores a little, see
   * docs/client.md. `true` means the defaults of {@link DownscaleOptions}. @default false: images travel as they are
   */
  readonly downscale?: boolean | DownscaleOptions | undefined;
  /** Told of requests, answers and retries, never of content. What it throws is ignored. @default nobody is told */
  readonly onEvent?: ((event: ClientEvent) => void) | undefined;
}

export interface DownscaleOptions {
  /** Pixels that the shorter edge keeps at least, 224 to 8192. Smaller images travel as they are. @default 448 */
  readonly shorterEdge?: number | undefined;
  /** JPEG quality, 50 to 100. @default 95 */
  readonly quality?: number | undefined;
}

export type ModerationClientOptions = CommonOptions & (SageMakerTarget | HttpTarget);

/** Options of one call, which win over those of the client. */
export interface CallOptions {
  /** Replaces thresholds of the model, class by class, each 0 to 1. @default the model's own */
  readonly thresholds?: Readonly<Record<string, number>> | undefined;
  /** Judges the frames of animations, not the first alone. @default what the service's policy says, else false */
  readonly frames?: boolean | undefined;
  /** Judges the whole of long texts, in windows. @default what the service's policy says, else false */
  readonly windows?: boolean | undefined;
  /** Judges pictures of extreme aspect in tiles as well. @default what the service's policy says, else false */
  readonly tiles?: boolean | undefined;
  /** `['shown']` judges posts as people see them as well. @default what the service's policy says, else none */
  readonly views?: readonly View[] | undefined;
  /** Ends the call with an AbortedError. @default never */
  readonly signal?: AbortSignal | undefined;
  /** @default that of the client */
  readonly timeoutMs?: number | undefined;
  /** @default that of the client */
  readonly attemptTimeoutMs?: number | undefined;
  /** @default that of the client */
  readonly retry?: RetryOptions | undefined;
  /** @default that of the client */
  readonly downscale?: boolean | DownscaleOptions | undefined;
}

export interface ClassifyOptions extends CallOptions {
  /** Adds the milliseconds that the service spent in each stage. @default false */
  readonly timings?: boolean | undefined;
}

export interface ClassifyAsyncOptions extends CallOptions {
  /** Milliseconds until the answer must be there, over all attempts. @default 1200000 */
  readonly timeoutMs?: number | undefined;
  /** Milliseconds for one attempt. @default timeoutMs: a job that waits in the queue is not sent twice */
  readonly attemptTimeoutMs?: number | undefined;
}

export interface ClassifyManyOptions extends CallOptions {
  /**
   * Whether to go through the asynchronous endpoint, with the defaults of `ClassifyAsyncOptions` for both timeouts.
   * @default false
   */
  readonly asynchronous?: boolean | undefined;
  /** Whether outcomes come in the order of the input; otherwise each comes as it is ready. @default true */
  readonly ordered?: boolean | undefined;
  /** The most posts in one request, 1 to 10000. The service takes 128 unless told otherwise. @default 32 */
  readonly maxItems?: number | undefined;
  /** @default that of the client */
  readonly maxRequestBytes?: number | undefined;
  /** Requests on the way at a time, 1 to 256; fewer while the service is overloaded. @default 4 */
  readonly concurrency?: number | undefined;
  /**
   * Posts that are read from the input before their outcomes are taken, at least `maxItems`.
   * @default twice as many as fit in the requests on the way
   */
  readonly maxPending?: number | undefined;
  /** Milliseconds that a post waits for others to share its request with, 0 to 10000. @default 20 */
  readonly lingerMs?: number | undefined;
}
