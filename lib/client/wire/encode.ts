import { MAX_ID_CHARS } from '../../contract/request.js';
import { fail } from '../errors/failure.js';
import { downscaled } from '../image/downscale.js';
import { type ReadImage, readImage } from '../image/read-image.js';
import type { ImageSource, Post } from '../post.js';
import type { CallSettings } from '../settings.js';
import { envelopeBytes } from './body.js';
import type { Item } from './item.js';

const FIELDS = new Set(['text', 'image', 'images', 'id']);

/** What every notion of white space takes for content. */
const WORD = /[\p{L}\p{N}]/u;

export type EncodeSettings = Pick<
  CallSettings,
  'maxImageBytes' | 'maxRequestBytes' | 'requestCeiling' | 'downscale'
>;

/**
 * Reads the image and writes the instance. What the service alone can judge (limits of text, image formats) is left to
 * it. Throws a FailureSignal for a post that cannot be sent, and the signal's reason when it fires.
 */
export async function encodeItem(
  post: Post,
  index: number,
  settings: EncodeSettings,
  signal: AbortSignal,
): Promise<Item> {
  const { text, id, image, images } = checked(post);
  const travelling = async (source: ImageSource): Promise<ReadImage> =>
    downscaled(await readImage(source, { maxBytes: settings.maxImageBytes, signal }), settings.downscale);
  const first = image === null ? null : await travelling(image);
  const more: ReadImage[] = [];
  for (const source of images) more.push(await travelling(source));
  const bytes = instanceBytes({ text, id, image: first, images: more });
  const size = bytes.byteLength + envelopeBytes;
  if (size > settings.maxRequestBytes) {
    const { maxRequestBytes: limit, requestCeiling } = settings;
    const bound = limit < requestCeiling.bytes ? 'maxRequestBytes' : requestCeiling.reason;
    fail('body_too_large', `The post takes ${size} bytes; a request holds ${limit} (${bound}).`);
  }
  return {
    index,
    id: id ?? undefined,
    bytes,
    hasText: text === null ? false : WORD.test(text) || undefined,
    hasImage: image !== null || images.length > 0,
    attempts: 0,
    retries: 0,
  };
}

/** The id of anything that may be a post, for errors. */
export function idOf(post: unknown): string | undefined {
  const id = (post as Partial<Post> | null | undefined)?.id;
  return typeof id === 'string' ? id : undefined;
}

interface CheckedPost {
  readonly text: string | null;
  readonly image: ImageSource | null;
  readonly images: readonly ImageSource[];
  readonly id: string | null;
}

function checked(post: Post): CheckedPost {
  if (typeof post !== 'object' || post === null || Array.isArray(post)) {
    fail('invalid_item', `The post is ${kindOf(post)}; expected an object with text, image, images and id.`);
  }
  const unknown = Object.keys(post).find((field) => !FIELDS.has(field));
  if (unknown !== undefined) {
    fail(
      'invalid_item',
      `Unknown field ${JSON.stringify(unknown.slice(0, 64))}; expected text, image, images and id.`,
    );
  }
  const { text = null, image = null, id = null } = post;
  const images = post.images ?? [];
  if (!Array.isArray(images)) fail('invalid_item', `images is ${kindOf(images)}; expected an array or null.`);
  if (text !== null && typeof text !== 'string') {
    fail('invalid_item', `text is ${kindOf(text)}; expected a string or null.`);
  }
  if (id !== null && typeof id !== 'string') {
    fail('invalid_item', `id is ${kindOf(id)}; expected a string or null.`);
  }
  if (id !== null && id.length > MAX_ID_CHARS) {
    fail('invalid_item', `id has ${id.length} characters; expected at most ${MAX_ID_CHARS}.`);
  }
  return { text, image, images, id };
}

interface Instance {
  readonly text: string | null;
  readonly id: string | null;
  readonly image: ReadImage | null;
  readonly images: readonly ReadImage[];
}

function instanceBytes({ text, id, image, images }: Instance): Uint8Array {
  const fields = {
    ...(id !== null && { id }),
    ...(text !== null && { text }),
    ...(image !== null && { image_base64: written(image) }),
    ...(images.length > 0 && { images: images.map(written) }),
  };
  return Buffer.from(JSON.stringify(fields));
}

function written(image: ReadImage): string {
  return typeof image === 'string' ? image : base64(image);
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'an array' : `a value of type ${typeof value}`;
}
