/** What a caller hands in. */

/** One post. At least one of `text` (beyond white space) and an image must be there; null means absent. */
export interface Post {
  /** Plain text, any language. The model reads its first tokens (64 for SigLIP2), and more by the option `windows`. */
  readonly text?: string | null | undefined;
  readonly image?: ImageSource | null | undefined;
  /** Further images of the post; the service takes 10 in all unless told otherwise. */
  readonly images?: readonly ImageSource[] | null | undefined;
  /** The caller's own name for the post, at most 256 characters; it comes back with the outcome. */
  readonly id?: string | null | undefined;
}

/**
 * The bytes of a JPEG, PNG, WebP, GIF, TIFF, AVIF or BMP file, or where they come from. A bare string is refused: it could
 * be a path, a URL or base64, and a guess might read a file that a stranger named. A stream is read once, and kept for
 * later attempts.
 */
export type ImageSource =
  | Uint8Array
  | ArrayBuffer
  | Blob
  | ReadableStream<Uint8Array>
  | AsyncIterable<Uint8Array>
  | ImageFile
  | Base64Image
  | DataUrlImage;

/** Standard base64 (RFC 4648 section 4), padded, without line breaks. */
export interface Base64Image {
  readonly base64: string;
}

/** `data:image/…;base64,…`. */
export interface DataUrlImage {
  readonly dataUrl: string;
}

/** No JSON document can hold this key, so no request body becomes the path of a file by accident. */
const FILE = Symbol.for('multimodal-moderation.image-file');

/** A file on this machine. Made by {@link imageFile} only. */
export interface ImageFile {
  readonly [FILE]: string;
}

/** Names an image file by its path. It is read when the post is sent. */
export function imageFile(path: string): ImageFile {
  return Object.freeze({ [FILE]: path });
}

/** The path of an {@link imageFile}, or undefined for anything else. */
export function pathOf(source: object): string | undefined {
  const path = (source as Partial<ImageFile>)[FILE];
  return typeof path === 'string' ? path : undefined;
}
