/** Worker entry: from image files to pixels. It holds one decoded image at a time, which bounds its memory. */
import { prepareImage } from '../../image/prepare.js';
import type { ImageRequest, ImageResponse, ImageStart } from './messages.js';
import { serve } from './serve.js';

await serve<ImageStart, ImageRequest, ImageResponse>(async ({ spec, limits }) => async ({ bytes }) => {
  const { pixels } = await prepareImage(bytes, spec, limits);
  return { response: { pixels }, transfer: [pixels.buffer] };
});
