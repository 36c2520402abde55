/** Decodes the same large image for ever, four at a time, and says so once. */
import { parentPort } from 'node:worker_threads';
import { defaultLimits } from '../../../lib/contract/limits.js';
import { prepareImage } from '../../../lib/image/prepare.js';
import { readImage } from './fixtures.js';

const bytes = readImage('size-1600x1200.jpg');
const spec = { size: 224, geometry: 'short-edge-crop', filter: 'bilinear' } as const;
const limits = defaultLimits();
for (let round = 0; ; round++) {
  const running = [0, 1, 2, 3].map(() => prepareImage(bytes, spec, limits));
  if (round === 1) parentPort?.postMessage('decoding');
  await Promise.all(running);
}
