import { describe, expect, test } from '@jest/globals';
import { ModerationError } from '../../lib/contract/errors.js';
import { explainExhaustion, isExhausted } from '../../lib/contract/exhaustion.js';

/** As they were met. */
const EXHAUSTED: readonly (readonly [from: string, error: unknown])[] = [
  ['the system', Object.assign(new Error('scandir'), { code: 'ENOMEM' })],
  ['a worker thread', Object.assign(new Error('Worker terminated'), { code: 'ERR_WORKER_OUT_OF_MEMORY' })],
  ['V8', new RangeError('Array buffer allocation failed')],
  [
    'WebAssembly',
    new RangeError('WebAssembly.Instance(): Out of memory: Cannot allocate Wasm memory for new instance'),
  ],
  ['ONNX Runtime', new Error('Exception during initialization: std::bad_alloc')],
  [
    'its threads',
    new Error('pthread_create failed, error code: 11 error msg: Resource temporarily unavailable'),
  ],
  ['libvips', new Error('vips_image_write_to_memory: out of memory -- size == 34MB')],
  ['GLib', new Error('glib: Error creating thread: Resource temporarily unavailable')],
  ['libheif', new Error('heif: Invalid input: Unspecified: Memory allocation error (2.0)')],
];

const OTHERS: readonly (readonly [what: string, error: unknown])[] = [
  ['a missing file', Object.assign(new Error('ENOENT: no such file'), { code: 'ENOENT' })],
  ['a file beyond its limits', new Error('heif: Memory allocation error: Security limit exceeded (6.1000)')],
  ['a corrupt file', new Error('VipsJpeg: premature end of JPEG image')],
  ['no error', undefined],
  ['a string', 'out of luck'],
];

describe('exhausted memory, threads or handles', () => {
  test.each(EXHAUSTED)('are told by %s', (_from, error) => {
    expect(isExhausted(error)).toBe(true);
    const wrapped = new ModerationError('pack_invalid', 'The weights cannot be read.', { cause: error });
    expect(explainExhaustion(wrapped)).toMatchObject({
      code: 'resource_exhausted',
      message: expect.stringContaining('The weights cannot be read.'),
      cause: wrapped,
    });
  });

  test.each(OTHERS)('are not seen in %s', (_what, error) => {
    expect(isExhausted(error)).toBe(false);
    expect(explainExhaustion(error)).toBe(error);
  });

  test('are not told twice', () => {
    const told = new ModerationError('resource_exhausted', 'No memory to load the text graph: bad_alloc');
    expect(explainExhaustion(told)).toBe(told);
  });
});
