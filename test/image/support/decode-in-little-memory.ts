/**
 * A process that decodes a large image, its one argument the format, after its memory was limited to little more than
 * it holds. It prints what came of it, as JSON.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { ModerationError } from '../../../lib/contract/errors.js';
import { isExhausted } from '../../../lib/contract/exhaustion.js';
import { defaultLimits } from '../../../lib/contract/limits.js';
import { decodeImage } from '../../../lib/image/decode.js';
import type { ImageFormat } from '../../../lib/image/sniff.js';

const HEADROOM_BYTES = 16 * 2 ** 20;
const EDGE = 3500;

const format = process.argv[2] as Exclude<ImageFormat, 'bmp'>;
const limits = defaultLimits({ maxImagePixels: EDGE ** 2, maxAvifPixels: EDGE ** 2 });

function square(edge: number): Promise<Buffer> {
  const create = { width: edge, height: edge, channels: 3, background: '#3a6' } as const;
  return sharp({ create })
    .toFormat(format, format === 'avif' ? { effort: 0 } : {})
    .toBuffer();
}

function limitMemory(): void {
  const [, kilobytes] = /VmData:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  const bytes = Number(kilobytes) * 1024 + HEADROOM_BYTES;
  execFileSync('prlimit', ['--pid', String(process.pid), `--data=${bytes}`]);
}

async function outcome(image: Uint8Array): Promise<object> {
  try {
    return { decoded: (await decodeImage(image, limits)).data.length };
  } catch (error) {
    return {
      exhausted: isExhausted(error),
      ...(error instanceof ModerationError && { code: error.code }),
    };
  }
}

const [large, small] = [await square(EDGE), await square(16)];
const before = await outcome(small);
limitMemory();
console.log(JSON.stringify([before, await outcome(large)]));
