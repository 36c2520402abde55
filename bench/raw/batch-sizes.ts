import type { StageName } from '../../lib/engine/observer.js';
import type { BatchSizes } from './raw-limit.js';

/** Batches and their items, by stage, since the server started. */
type Counts = ReadonlyMap<string, number>;

const LINE = /^moderation_batch_items_(sum|count)\{stage="(\w+)"\} (\S+)$/gm;

/** Reads how large the server's batches are, from its metrics. */
export class BatchMeter {
  readonly #url: string;
  readonly #readings: Counts[] = [];

  constructor(port: number) {
    this.#url = `http://127.0.0.1:${port}/metrics`;
  }

  async read(): Promise<void> {
    const text = await (await fetch(this.#url)).text();
    this.#readings.push(
      new Map([...text.matchAll(LINE)].map(([, kind, stage, value]) => [`${stage} ${kind}`, Number(value)])),
    );
  }

  /** The means between the first reading and the last. */
  sizes(): BatchSizes {
    return {
      text: this.#mean('encode_text'),
      image: this.#mean('encode_image'),
      head: this.#mean('classify'),
    };
  }

  #mean(stage: StageName): number {
    const [from, to] = [this.#readings[0], this.#readings.at(-1)];
    const grown = (kind: string): number =>
      (to?.get(`${stage} ${kind}`) ?? 0) - (from?.get(`${stage} ${kind}`) ?? 0);
    return grown('count') === 0 ? 0 : grown('sum') / grown('count');
  }
}
