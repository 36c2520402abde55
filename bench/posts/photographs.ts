import sharp from 'sharp';
import { Random } from '../../lib/numeric/random.js';

const MIN_EDGE = 600;
const MAX_EDGE = 1200;
const JPEG_QUALITY = 85;
/** Cells of the noise across a picture, from coarse to fine, and how strong each layer is: fainter as in photographs. */
const LAYERS = [
  { cells: 4, strength: 200 },
  { cells: 16, strength: 90 },
  { cells: 64, strength: 55 },
  { cells: 256, strength: 40 },
];
/** What a sensor adds to every value. */
const GRAIN = 16;

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
  let picture: Picture = { width: 1, height: 1, values: Buffer.alloc(3, 128) };
  for (const { cells, strength } of LAYERS) {
    const columns = Math.min(cells, width);
    picture = await enlarge(picture, columns, Math.max(1, Math.round((columns * height) / width)));
    roughen(picture.values, strength, random);
  }
  const { values } = await enlarge(picture, width, height);
  roughen(values, GRAIN, random);
  const raw = { width, height, channels: 3 } as const;
  const file = await sharp(values, { raw }).jpeg({ quality: JPEG_QUALITY }).toBuffer();
  return { width, height, file };
}

interface Picture {
  readonly width: number;
  readonly height: number;
  /** RGB [height, width, 3]. */
  readonly values: Buffer;
}

async function enlarge({ values, ...size }: Picture, width: number, height: number): Promise<Picture> {
  const enlarged = await sharp(values, { raw: { ...size, channels: 3 } })
    .resize(width, height, { fit: 'fill', kernel: 'cubic' })
    .raw()
    .toBuffer();
  return { width, height, values: enlarged };
}

/** Adds uniform noise of that width to every value. */
function roughen(values: Buffer, strength: number, random: Random): void {
  for (let index = 0; index < values.length; index++) {
    const value = (values[index] ?? 0) + strength * (random.uniform() - 0.5);
    values[index] = Math.max(0, Math.min(255, value));
  }
}
