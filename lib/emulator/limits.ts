/** SageMaker's limits as documented in November 2026; tests shorten the times. */
import { PAYLOAD_LIMITS } from '../sagemaker/payload.js';

export interface EmulatorLimits {
  /** Bytes of a request to `invocations`: 25 MB. */
  readonly maxPayloadBytes: number;
  /** Bytes of a request to `async-invocations` that brings its payload along. */
  readonly maxInlineBytes: number;
  /** Bytes of an object in the local S3: 1 GB, what an asynchronous endpoint takes. */
  readonly maxObjectBytes: number;
  /** Milliseconds until the container must have accepted the connection. */
  readonly connectTimeoutMs: number;
  /** Milliseconds until the container must have answered. */
  readonly invocationTimeoutMs: number;
  /** The same for a streamed answer: 8 minutes. */
  readonly streamTimeoutMs: number;
  /** The same for an asynchronous endpoint, unless the request says otherwise: 15 minutes. */
  readonly asyncTimeoutMs: number;
}

const MiB = 1024 * 1024;

export const SAGEMAKER_LIMITS: EmulatorLimits = {
  maxPayloadBytes: 25 * MiB,
  maxInlineBytes: PAYLOAD_LIMITS.asynchronousInline,
  maxObjectBytes: 1024 * MiB,
  connectTimeoutMs: 250,
  invocationTimeoutMs: 60_000,
  streamTimeoutMs: 480_000,
  asyncTimeoutMs: 900_000,
};

/** Requests that one asynchronous endpoint works on at a time; the others wait. */
export const ASYNC_CONCURRENCY = 4;
