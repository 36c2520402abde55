/** What both container images tell malloc and V8, so that what is freed is given back or used again. */
export const IMAGE_ENVIRONMENT = {
  NODE_OPTIONS: '--max-semi-space-size=1',
  MALLOC_MMAP_THRESHOLD_: '4194304',
  MALLOC_TRIM_THRESHOLD_: '4194304',
} as const;
