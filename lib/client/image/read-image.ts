import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { isArrayBuffer, isUint8Array } from 'node:util/types';
import { FailureSignal, fail } from '../errors/failure.js';
import { type ImageSource, pathOf } from '../post.js';
import { untilAborted } from '../signals.js';

/** An image as it travels: bytes to encode, or text that is encoded already (base64 or a data URL). */
export type ReadImage = Uint8Array | string;

export interface ReadImageOptions {
  /** The most bytes that an image may have; no more are read. */
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

/**
 * The content of an image source. Throws a FailureSignal: `invalid_item` for what is no source, `image_too_large`,
 * `image_unreadable`; and the signal's reason when it fires.
 */
export async function readImage(source: ImageSource, options: ReadImageOptions): Promise<ReadImage> {
  options.signal.throwIfAborted();
  if (isUint8Array(source)) return checkedSize(source, options);
  if (isArrayBuffer(source)) return checkedSize(new Uint8Array(source), options);
  if (typeof source !== 'object' || source === null) return refuse(source);
  const path = pathOf(source);
  if (path !== undefined) return readFile(path, options);
  if (source instanceof Blob) return readBlob(source, options);
  if (Symbol.asyncIterator in source) return readStream(source, options);
  if ('base64' in source && typeof source.base64 === 'string') return checkedLength(source.base64, options);
  if ('dataUrl' in source && typeof source.dataUrl === 'string') {
    if (!/^data:/i.test(source.dataUrl)) fail('invalid_item', 'image.dataUrl does not start with data:.');
    return checkedLength(source.dataUrl, options);
  }
  return refuse(source);
}

async function readFile(path: string, { maxBytes, signal }: ReadImageOptions): Promise<Uint8Array> {
  try {
    // Non-blocking, so that a named pipe cannot hold the call for ever.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stat = await file.stat();
      if (!stat.isFile()) fail('image_unreadable', 'The image path names no regular file.');
      if (stat.size > maxBytes) tooLarge(stat.size, maxBytes);
      return await file.readFile({ signal });
    } finally {
      await file.close();
    }
  } catch (error) {
    signal.throwIfAborted();
    if (!isSystemError(error)) throw error;
    return fail('image_unreadable', `The image file could not be read: ${error.code}.`, { cause: error });
  }
}

async function readBlob(blob: Blob, options: ReadImageOptions): Promise<Uint8Array> {
  if (blob.size > options.maxBytes) tooLarge(blob.size, options.maxBytes);
  try {
    return new Uint8Array(await untilAborted(blob.arrayBuffer(), options.signal));
  } catch (error) {
    options.signal.throwIfAborted();
    return fail('image_unreadable', 'The image blob could not be read.', { cause: error });
  }
}

async function readStream(stream: AsyncIterable<unknown>, options: ReadImageOptions): Promise<Uint8Array> {
  const { maxBytes, signal } = options;
  const iterator = stream[Symbol.asyncIterator]();
  const chunks: Uint8Array[] = [];
  let size = 0;
  let done: boolean | undefined = false;
  try {
    for (;;) {
      const step = await untilAborted(iterator.next(), signal);
      done = step.done;
      if (step.done) return Buffer.concat(chunks);
      if (!isUint8Array(step.value)) {
        fail('invalid_item', `The image stream gave a ${typeof step.value}; expected chunks of bytes.`);
      }
      chunks.push(step.value);
      size += step.value.byteLength;
      if (size > maxBytes) tooLarge(size, maxBytes);
    }
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof FailureSignal) throw error;
    return fail('image_unreadable', 'The image stream failed.', { cause: error });
  } finally {
    // Not awaited: a source that hangs in next() would hang here too.
    if (!done) iterator.return?.().then(undefined, () => undefined);
  }
}

function checkedSize(bytes: Uint8Array, { maxBytes }: ReadImageOptions): Uint8Array {
  if (bytes.byteLength > maxBytes) tooLarge(bytes.byteLength, maxBytes);
  return bytes;
}

/** Text is refused only when it must be too large; whether it is base64 the service judges. */
function checkedLength(text: string, { maxBytes }: ReadImageOptions): string {
  const bytes = Math.floor((text.length / 4) * 3) - 256;
  if (bytes > maxBytes) tooLarge(bytes, maxBytes);
  return text;
}

function tooLarge(bytes: number, maxBytes: number): never {
  fail(
    'image_too_large',
    `The image has ${bytes} bytes or more; at most ${maxBytes} are read (maxImageBytes).`,
  );
}

function refuse(source: unknown): never {
  fail(
    'invalid_item',
    `image is ${describe(source)}; expected bytes, a Blob, a stream of bytes, imageFile(path), { base64 } or ` +
      '{ dataUrl }.',
  );
}

function describe(source: unknown): string {
  if (typeof source === 'string') return 'a bare string, which could be a path, a URL or base64';
  return typeof source === 'object' ? 'an object of another kind' : `a ${typeof source}`;
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return typeof error === 'object' && error !== null && 'code' in error && 'syscall' in error;
}
