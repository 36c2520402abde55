import sharp from 'sharp';
import { Random } from '../../lib/numeric/random.js';

const MIN_EDGE = 600;
const MAX_EDGE = 1200;
const JPEG_QUALITY = 85;
/** Widths of the noise that is laid over one another, in cells: like photographs, each finer one is fainter. */
const OCTAVES = [3, 8, 24, 72, 216];
const FINEST_STRENGTH = 90;
const GRAIN = 5;

/** A JPEG file that is like a photograph in size and in what it costs to decode. */
export interface Photograph {
  readonly width: number;
  readonly height: number;
  readonly file: Buffer;
}

/** The same photographs each time, with edges of 600 to 1200 pixels unless one is given. */
export async function makePhotographs(count: number, edge?: number): Promise<Photograph[]> {
  const photographs: Photograph[] = [];
  for (let index = 0; index < count; index++) {
    const random = new Random(`photograph ${index}`);
    const length = (): number => edge ?? MIN_EDGE + Math.floor(random.uniform() * (MAX_EDGE - MIN_EDGE + 1));
    photographs.push(await makePhotograph(length(), length(), random));
  }
  return photographs;
}

async function makePhotograph(width: number, height: number, random: Random): Promise<Photograph> {
  const sums = new Float32Array(width * height * 3).fill(128);
  for (const [octave, cells] of OCTAVES.entries()) {
    const layer = await noise(Math.min(cells, width), width, height, random);
    const strength = FINEST_STRENGTH / 128 / 1.9 ** octave;
    for (let index = 0; index < sums.length; index++) {
      sums[index] = (sums[index] ?? 0) + strength * ((layer[index] ?? 0) - 128);
    }
  }
  const pixels = new Uint8ClampedArray(sums.length);
  for (let index = 0; index < sums.length; index++) {
    pixels[index] = (sums[index] ?? 0) + GRAIN * (random.uniform() - 0.5);
  }
  const raw = { width, height, channels: 3 } as const;
  const file = await sharp(pixels, { raw }).jpeg({ quality: JPEG_QUALITY }).toBuffer();
  return { width, height, file };
}

/** Coarse random colours, blown up smoothly to the whole picture. */
async function noise(cells: number, width: number, height: number, random: Random): Promise<Buffer> {
  const rows = Math.max(2, Math.round((cells * height) / width));
  const coarse = Uint8Array.from({ length: cells * rows * 3 }, () => 256 * random.uniform());
  return sharp(coarse, { raw: { width: cells, height: rows, channels: 3 } })
    .resize(width, height, { fit: 'fill', kernel: 'cubic' })
    .raw()
    .toBuffer();
}
