import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { fixture } from '../../support/project-root.js';

/** See `test/fixtures/README.md`. */
export interface ImageFixture {
  readonly file: string;
  readonly note: string;
  readonly format: string;
  readonly width: number;
  readonly height: number;
  readonly decoded_sha256: string;
  readonly targets: Record<string, { pixels: string; float32_sha256: Record<string, string> }>;
}

export interface Transform {
  readonly mean: number[];
  readonly std: number[];
}

export interface HostileFixture {
  readonly file: string;
  readonly note: string;
  readonly pillow: { outcome: 'decoded' | 'refused'; error: string | null };
}

export interface ResampleFixture {
  readonly id: string;
  readonly width: number;
  readonly height: number;
  readonly target: number;
  readonly resized_width: number;
  readonly resized_height: number;
}

const json = (name: string): unknown => JSON.parse(readFileSync(fixture('images', name), 'utf8'));

export const images = json('images.json') as {
  transforms: Record<string, Transform>;
  images: ImageFixture[];
};
export const hostile = (json('hostile.json') as { files: HostileFixture[] }).files;
export const resampleCases = (json('resample.json') as { cases: ResampleFixture[] }).cases;

export const readImage = (...file: string[]): Buffer => readFileSync(fixture('images', ...file));
export const expectedPixels = (file: string): Buffer => gunzipSync(readImage(file));
export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Reads uint8 tensors of `resample.safetensors`. */
export function resampleTensors(): (name: string) => Uint8Array {
  const file = readImage('resample.safetensors');
  const headerBytes = Number(file.readBigUInt64LE());
  const header = JSON.parse(file.toString('utf8', 8, 8 + headerBytes)) as Record<
    string,
    { data_offsets: [number, number] } | undefined
  >;
  return (name) => {
    const [from, to] = header[name]?.data_offsets ?? [];
    if (from === undefined || to === undefined) throw new Error(`resample.safetensors lacks ${name}`);
    return file.subarray(8 + headerBytes + from, 8 + headerBytes + to);
  };
}

/** What the graphs make of pixels: (x / 255 - mean) / std in float32, [3, size, size]. */
export function normalise(pixels: Uint8Array, { mean, std }: Transform): Float32Array {
  const plane = pixels.length / 3;
  const tensor = new Float32Array(pixels.length);
  for (let channel = 0; channel < 3; channel++) {
    const [m, s] = [Math.fround(mean[channel] ?? 0), Math.fround(std[channel] ?? 1)];
    const levels = Float32Array.from({ length: 256 }, (_, level) =>
      Math.fround(Math.fround(Math.fround(level / 255) - m) / s),
    );
    for (let pixel = 0; pixel < plane; pixel++) {
      tensor[channel * plane + pixel] = levels[pixels[pixel * 3 + channel] ?? 0] ?? 0;
    }
  }
  return tensor;
}
