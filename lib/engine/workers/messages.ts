/**
 * Everything that travels between the main thread and the workers. Large buffers are transferred, so whoever sends one
 * must own the whole of its ArrayBuffer.
 */
import type { ImageSpec, TextSpec } from '../../checkpoint/manifest.js';
import type { Checksum, Listed } from '../../checkpoint/pack/compare-files.js';
import type { ErrorCode } from '../../contract/errors.js';
import type { Limits } from '../../contract/limits.js';
import type { ImageFacts, PreparedPart } from '../../image/parts.js';
import type { ImageWishes } from '../../image/wishes.js';
import type { ReadText } from '../../text/read-text.js';
import type { TokenTableSpec } from '../../text/token-table.js';

/** Main thread to a worker that was born ahead: what it is for. */
export interface StartMessage<Start> {
  readonly kind: 'start';
  readonly start: Start;
}

/** Main thread to worker: a call, or the wish that it end after those that it has. */
export type MainMessage<Request> = CallMessage<Request> | { readonly kind: 'end' };

export interface CallMessage<Request> {
  readonly kind: 'call';
  readonly id: number;
  readonly request: Request;
}

/** Worker to main thread: it can be called, or why it never will be; then one reply per call, in any order. */
export type WorkerMessage<Response> =
  | { readonly kind: 'ready' }
  | { readonly kind: 'unusable'; readonly error: ErrorMessage }
  | { readonly kind: 'result'; readonly id: number; readonly response: Response }
  | { readonly kind: 'error'; readonly id: number; readonly error: ErrorMessage };

/** An error in a form that survives the crossing. `code` is there when it is a declared one. */
export interface ErrorMessage {
  readonly code?: ErrorCode | undefined;
  readonly message: string;
  readonly stack?: string | undefined;
}

export type Provider = 'cpu' | 'cuda';

/** Starts a worker that runs one ONNX graph. */
export interface SessionStart {
  /** What the graph is called in errors. */
  readonly name: string;
  /** The ONNX file: its path or its bytes. */
  readonly graph: string | Uint8Array;
  /** Path of the safetensors file that it references; may be a symbolic link. */
  readonly weights: string;
  readonly provider: Provider;
  /** Threads of one operator. */
  readonly threads: number;
  /**
   * Whether weights are laid out anew for the CPU's matrix products: these take less time, the start takes more. Without
   * it weights are used where the file is mapped. In fp32 the last bits of results differ, in int8 none.
   */
  readonly prepack: boolean;
  /** Whether other threads go first where cores are short. Default: false. */
  readonly yields?: boolean;
  /** The text encoder's: `input_ids` of a request become the graph's `token_embeddings`. Default: there are none. */
  readonly tokenTable?: TokenTableStart;
}

export interface TokenTableStart {
  readonly spec: TokenTableSpec;
  /** Path of the rows' checksums. */
  readonly checksums: string;
}

export type TensorMessage =
  | { readonly type: 'float32'; readonly data: Float32Array; readonly dims: readonly number[] }
  | { readonly type: 'int32'; readonly data: Int32Array; readonly dims: readonly number[] }
  | { readonly type: 'uint8'; readonly data: Uint8Array; readonly dims: readonly number[] };

export type FloatTensor = Extract<TensorMessage, { type: 'float32' }>;

/** The graph's inputs by name. */
export type SessionRequest = Readonly<Record<string, TensorMessage>>;
/** The graph's outputs by name. */
export type SessionResponse = Readonly<Record<string, FloatTensor>>;

/** Starts a worker that turns texts into tokens. */
export interface TokenizerStart {
  /** The tokenizer's file, in memory that threads share. */
  readonly compiled: Uint8Array<SharedArrayBuffer>;
  readonly spec: TextSpec;
}

export interface TokenizerRequest {
  readonly texts: readonly string[];
}

/** One per text, in order. */
export interface TokenizerResponse {
  readonly encodings: readonly ReadText[];
}

/** Starts a worker that turns image files into pixels. */
export interface ImageStart {
  readonly spec: ImageSpec;
  readonly limits: Limits;
}

/** One file per call: a worker holds one decoded image at a time. */
export interface ImageRequest {
  readonly bytes: Uint8Array;
  readonly wishes: ImageWishes;
}

export interface ImageResponse {
  readonly parts: readonly DecodedPart[];
  readonly facts: ImageFacts;
}

export interface DecodedPart extends PreparedPart {
  /** SHA-256 of the pixels; undefined for the first part, which the file's own hash names. */
  readonly digest: Uint8Array | undefined;
}

/** Starts a worker that compares the files of a pack with its manifest. */
export interface VerifyStart {
  /** Absolute path of the pack. */
  readonly folder: string;
  readonly listed: Listed;
}

export interface VerifyRequest {
  readonly checksum: Checksum;
}

/** All files are as listed; anything else is an error. */
export type VerifyResponse = Readonly<Record<string, never>>;
