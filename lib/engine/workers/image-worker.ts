/** Worker entry: from image files to pixels. It holds one decoded image at a time, which bounds its memory. */
import { createHash } from 'node:crypto';
import { prepareParts } from '../../image/parts.js';
import type { ImageRequest, ImageResponse, ImageStart } from './messages.js';
import { serve } from './serve.js';

await serve<ImageStart, ImageRequest, ImageResponse>(
  async ({ spec, limits }) =>
    async ({ bytes, wishes }) => {
      const { parts, facts } = await prepareParts(bytes, spec, limits, wishes);
      const named = parts.map((part, index) => ({
        ...part,
        digest: index === 0 ? undefined : createHash('sha256').update(part.pixels).digest(),
      }));
      return { response: { parts: named, facts }, transfer: parts.map(({ pixels }) => pixels.buffer) };
    },
);
