import type { ImageSpec } from '../../checkpoint/manifest.js';
import { defaultLimits } from '../../contract/limits.js';
import { prepareImage } from '../../image/prepare.js';
import type { FilePost } from './post.js';

/** The images of posts as the encoder sees them: uint8 RGB [size, size, 3] each. */
export async function prepareImages(posts: readonly FilePost[], spec: ImageSpec): Promise<Uint8Array[]> {
  const limits = defaultLimits();
  const prepared: Uint8Array[] = [];
  for (const { image } of posts) {
    if (image !== null) prepared.push((await prepareImage(image, spec, limits)).pixels);
  }
  return prepared;
}
