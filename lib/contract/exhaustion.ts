import { ModerationError } from './errors.js';

/** Of the system and of Node.js. */
const CODES: ReadonlySet<string> = new Set([
  'ENOMEM',
  'EAGAIN',
  'EMFILE',
  'ENFILE',
  'ERR_MEMORY_ALLOCATION_FAILED',
  'ERR_WORKER_INIT_FAILED',
  'ERR_WORKER_OUT_OF_MEMORY',
]);

/**
 * V8, ONNX Runtime, libvips and its libraries tell of it only in words. A file that asks for more than its decoder
 * allows itself (libheif's "Security limit exceeded") is none of these.
 */
const WORDS = new RegExp(
  [
    'bad_alloc',
    'not enough memory',
    'out of memory',
    'allocate memory',
    'allocation failed',
    'memory allocation error(?!: security)',
    'unable to grow instance memory',
    'pthread_create failed',
    'creating thread',
  ].join('|'),
  'i',
);

/** Causes of causes are looked at to this depth, for they may form a ring. */
const MAX_DEPTH = 10;

/** Whether memory, threads or file handles ran out: the error says so, or one of its causes. */
export function isExhausted(error: unknown): boolean {
  let at = error;
  for (let depth = 0; depth < MAX_DEPTH && at instanceof Object; depth++, at = (at as Error).cause) {
    const { code, message } = at as NodeJS.ErrnoException;
    if (code !== undefined && CODES.has(code)) return true;
    if (typeof message === 'string' && WORDS.test(message)) return true;
  }
  return false;
}

/** The error itself, unless it comes of exhausted memory, threads or file handles: then nothing else is at fault. */
export function explainExhaustion(error: unknown): unknown {
  if (!isExhausted(error)) return error;
  if (error instanceof ModerationError && error.code === 'resource_exhausted') return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new ModerationError('resource_exhausted', `Memory, threads or file handles ran out: ${reason}`, {
    cause: error,
  });
}
