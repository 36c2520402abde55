import { ModerationError } from '../contract/errors.js';
import type { Limits } from '../contract/limits.js';
import type { Modality } from '../contract/modality.js';
import { hasText } from '../text/presence.js';
import type { ClassifyOptions, Post } from './classification.js';
import type { ImageFile } from './stages/image-decoder.js';

/** What of a post there is to encode: at least one of the two. */
export interface Content {
  readonly text: string | undefined;
  readonly image: ImageFile | undefined;
}

/** Throws `text_too_long`, `text_invalid`, `image_too_large` or `empty_item`. Blank text counts as absent. */
export function contentOf(post: Post, limits: Limits, { transfer = false }: ClassifyOptions): Content {
  const text = checkedText(post.text ?? '', limits.maxTextChars);
  const image = post.image ? { bytes: post.image, transfer } : undefined;
  if (image !== undefined && image.bytes.byteLength > limits.maxImageBytes) {
    throw new ModerationError(
      'image_too_large',
      `The image file has ${image.bytes.byteLength} bytes; the limit is ${limits.maxImageBytes}.`,
    );
  }
  if (text === undefined && image === undefined) {
    throw new ModerationError('empty_item', 'The item has neither an image nor any text beyond white space.');
  }
  return { text, image };
}

export function modalitiesOf({ text, image }: Content): readonly Modality[] {
  return [
    ...(text === undefined ? [] : ['text' as const]),
    ...(image === undefined ? [] : ['image' as const]),
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
