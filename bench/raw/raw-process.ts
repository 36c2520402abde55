import { availableParallelism } from 'node:os';
import type { Pack } from '../../lib/checkpoint/pack/pack.js';
import { loadTokenizer } from '../../lib/text/tokenizer.js';
import { type PostMaterial, postStream } from '../posts/post-stream.js';
import { MeasuringChild } from './measuring-child.js';
import type { RawCall, RawCosts, RawStart } from './raw-limit.js';

const TEXTS = 96;

/** onnxruntime alone, for as long as a server is measured. */
export class RawProcess {
  readonly #child: MeasuringChild;

  private constructor(start: RawStart) {
    this.#child = new MeasuringChild('raw-limit', start);
  }

  /** On the first texts of the first text window. */
  static async open(pack: Pack, material: PostMaterial): Promise<RawProcess> {
    const { text } = pack.manifest;
    const tokenizer = loadTokenizer(pack.path(text.tokenizer), text);
    const posts = postStream('text', 0, material);
    const texts = Array.from({ length: TEXTS }, () => [
      ...tokenizer.encode(posts.next().value.text ?? '').ids,
    ]);
    const raw = new RawProcess({ packFolder: pack.folder, threads: availableParallelism(), texts });
    try {
      await raw.#child.message();
    } catch (error) {
      raw.close();
      throw error;
    }
    return raw;
  }

  async costs(call: RawCall): Promise<RawCosts> {
    this.#child.send(call);
    return (await this.#child.message()) as RawCosts;
  }

  close(): void {
    this.#child.close();
  }
}
