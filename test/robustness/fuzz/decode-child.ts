/**
 * A process that decodes the image of a case when it is sent the case's number, and sends back what came of it. A
 * decoder that ends the process takes no other part of the run with it. The seed is its first argument.
 */
import { ModerationError } from '../../../lib/contract/errors.js';
import { defaultLimits } from '../../../lib/contract/limits.js';
import { prepareParts } from '../../../lib/image/parts.js';
import { prepareImage } from '../../../lib/image/prepare.js';
import type { DecodeCase, Verdict } from './fuzz-case.js';
import { makeCase } from './make-case.js';

const CODES = ['image_too_large', 'image_unsupported', 'image_undecodable'];
const seed = Number(process.argv[2]);

process.on('message', (index: number) => {
  void decode(index).then((verdict) => process.send?.({ index, verdict }));
});

async function decode(index: number): Promise<Verdict> {
  const fuzzCase = makeCase(seed, index) as DecodeCase;
  const limits = defaultLimits({ maxImagePixels: fuzzCase.maxImagePixels });
  try {
    const { parts } = await prepareParts(fuzzCase.bytes, fuzzCase.spec, limits, fuzzCase.wishes);
    const expected = fuzzCase.spec.size ** 2 * 3;
    const odd = parts.find(({ pixels }) => pixels.length !== expected);
    const first = await prepareImage(fuzzCase.bytes, fuzzCase.spec, limits);
    if (odd !== undefined) {
      return { outcome: 'decoded', failure: `${odd.pixels.length} bytes of pixels, not ${expected}` };
    }
    if (!Buffer.from(first.pixels).equals(parts[0].pixels)) {
      return { outcome: 'decoded', failure: 'the first part is not what the model reads by itself' };
    }
    return { outcome: parts.length === 1 ? 'decoded' : 'decoded in parts' };
  } catch (error) {
    if (error instanceof ModerationError && CODES.includes(error.code)) return { outcome: error.code };
    return { outcome: 'thrown', failure: String(error) };
  }
}
