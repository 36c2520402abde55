/**
 * What SageMaker's Runtime API lets through, in bytes of a request. Megabytes are read as decimal ones: AWS does not say
 * which it means, and the smaller reading is safe.
 */
export const PAYLOAD_LIMITS = {
  /** InvokeEndpoint on instances. */
  realtime: 25_000_000,
  /** InvokeEndpoint on a serverless endpoint; its answers are held to the same. */
  serverless: 4_000_000,
  /** InvokeEndpointAsync with the request in the call itself; a larger one comes by S3, up to 1 GB. */
  asynchronousInline: 128_000,
} as const;
