/** Posts to calibrate with when none are given: texts of random tokens, and pictures of everything and nothing. */
import type { ImageSpec, TextSpec } from '../../../checkpoint/manifest.js';
import { Random } from '../../../numeric/random.js';

export interface CalibrationItems {
  /** Token ids with the special tokens, not padded. */
  readonly texts: readonly Int32Array[];
  /** RGB [size, size, 3]. */
  readonly images: readonly Uint8Array[];
}

const TEXTS = 32;
const IMAGES = 16;

/** The same items each time. */
export function generateItems(text: TextSpec, image: ImageSpec): CalibrationItems {
  const random = new Random('calibration');
  return {
    texts: Array.from({ length: TEXTS }, (_, index) => generateText(text, index / (TEXTS - 1), random)),
    images: Array.from({ length: IMAGES }, (_, index) => generateImage(image.size, index, random)),
  };
}

/** @param fullness from 0, the shortest text, to 1, the longest that the model reads */
function generateText(
  { maxTokens, bosId, eosId, vocabularySize }: TextSpec,
  fullness: number,
  random: Random,
) {
  const frame = bosId === null ? 1 : 2;
  const words = Math.max(1, Math.round(fullness ** 2 * (maxTokens - frame))); // most posts are short
  const ids = Array.from({ length: words }, () => drawToken(vocabularySize, eosId, random));
  return Int32Array.from(bosId === null ? [...ids, eosId] : [bosId, ...ids, eosId]);
}

/** Low ids are drawn more often, as frequent tokens have them. The end token would end the text early. */
function drawToken(vocabularySize: number, eosId: number, random: Random): number {
  const id = Math.floor(random.uniform() ** 2 * vocabularySize);
  return id === eosId ? drawToken(vocabularySize, eosId, random) : id;
}

type Painter = (x: number, y: number, channel: number) => number;

/** Kinds by turns: noise, a gradient, discs on a plain ground, stripes; contrast and brightness are drawn. */
export function generateImage(size: number, index: number, random: Random): Uint8Array {
  const paint = PAINTERS[index % PAINTERS.length]?.(random) ?? (() => 0);
  const contrast = 0.15 + 0.85 * random.uniform();
  const brightness = (random.uniform() - 0.5) * (1 - contrast);
  const pixels = new Uint8Array(size * size * 3);
  for (let offset = 0; offset < pixels.length; offset++) {
    const pixel = Math.floor(offset / 3);
    const value = paint((pixel % size) / size, Math.floor(pixel / size) / size, offset % 3);
    pixels[offset] = Math.max(
      0,
      Math.min(255, Math.round(255 * (0.5 + contrast * (value - 0.5) + brightness))),
    );
  }
  return pixels;
}

/** Each draws a picture and gives its values, 0 to 1, at x and y from 0 to 1. */
const PAINTERS: readonly ((random: Random) => Painter)[] = [
  (random) => () => random.uniform(),
  (random) => {
    const corners = draw(12, random);
    return (x, y, channel) => {
      const [a = 0, b = 0, c = 0, d = 0] = corners.slice(4 * channel);
      return (a * (1 - x) + b * x) * (1 - y) + (c * (1 - x) + d * x) * y;
    };
  },
  (random) => {
    const ground = draw(3, random);
    const discs = Array.from({ length: 8 }, () => draw(6, random));
    return (x, y, channel) => {
      const hit = discs.findLast(
        ([centreX = 0, centreY = 0, radius = 0]) => Math.hypot(x - centreX, y - centreY) < 0.3 * radius,
      );
      return (hit === undefined ? ground[channel] : hit[3 + channel]) ?? 0;
    };
  },
  (random) => {
    const [angle = 0, frequency = 0, ...phases] = draw(5, random);
    return (x, y, channel) => {
      const along = x * Math.cos(Math.PI * angle) + y * Math.sin(Math.PI * angle);
      return 0.5 + 0.5 * Math.sin(2 * Math.PI * (40 * frequency * along + (phases[channel] ?? 0)));
    };
  },
];

function draw(count: number, random: Random): number[] {
  return Array.from({ length: count }, () => random.uniform());
}
