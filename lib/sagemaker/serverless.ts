/** What a serverless endpoint grants a container. Source: "Invoke a serverless endpoint" and "Serverless Inference" of AWS's guide. */
export const SERVERLESS = {
  /** To download the model, to start, and to answer the first ping, in seconds. */
  startSeconds: 180,
  /** To answer a request, in seconds. */
  answerSeconds: 60,
  /** Megabytes of memory that can be chosen. */
  memoryMb: [1024, 2048, 3072, 4096, 5120, 6144],
} as const;
