import { ModerationError } from '../contract/errors.js';
import type { Limits } from '../contract/limits.js';
import type { Modality } from '../contract/modality.js';
import { hasText } from '../text/presence.js';
import type { ClassifyOptions, Post } from './classification.js';
import type { ImageFile } from './stages/image-decoder.js';

/** What of a post there is to encode: at least one of the two. */
export interface Content {
  readonly text: string | undefined;
  readonly images: readonly ImageFile[];
}

/** Throws `text_too_long`, `text_invalid`, `invalid_item`, `image_too_large` or `empty_item`. Blank text counts as absent. */
export function contentOf(post: Post, limits: Limits, { transfer = false }: ClassifyOptions): Content {
  const text = checkedText(post.text ?? '', limits.maxTextChars);
  const images = imagesOf(post).map((bytes) => ({ bytes, transfer }));
  checkImages(images, limits);
  if (text === undefined && images.length === 0) {
    throw new ModerationError('empty_item', 'The item has neither an image nor any text beyond white space.');
  }
  return { text, images };
}

/** `image` before `images`. */
function imagesOf({ image, images }: Post): readonly Uint8Array[] {
  return [...(image ? [image] : []), ...(images ?? [])];
}

function checkImages(images: readonly ImageFile[], limits: Limits): void {
  if (images.length > limits.maxImagesPerItem) {
    throw new ModerationError(
      'invalid_item',
      `The item has ${images.length} images; the limit is ${limits.maxImagesPerItem} (maxImagesPerItem).`,
    );
  }
  for (const { bytes } of images) {
    if (bytes.byteLength <= limits.maxImageBytes) continue;
    throw new ModerationError(
      'image_too_large',
      `The image file has ${bytes.byteLength} bytes; the limit is ${limits.maxImageBytes}.`,
    );
  }
}

export function modalitiesOf({ text, images }: Content): readonly Modality[] {
  return [
    ...(text === undefined ? [] : ['text' as const]),
    ...(images.length === 0 ? [] : ['image' as const]),
  ];
}

function checkedText(text: string, maxChars: number): string | undefined {
  if (text.length > maxChars) {
    throw new ModerationError(
      'text_too_long',
      `The text has ${text.length} characters; the limit is ${maxChars}.`,
    );
  }
  if (LONE_SURROGATE.test(text)) {
    throw new ModerationError('text_invalid', 'The text holds a lone surrogate; it is no valid Unicode.');
  }
  return hasText(text) ? text : undefined;
}

/** With the `u` flag, surrogates match only where they are not part of a pair. */
const LONE_SURROGATE = /\p{Surrogate}/u;
