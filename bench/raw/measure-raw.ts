import { availableParallelism } from 'node:os';
import type { Pack } from '../../lib/checkpoint/pack/pack.js';
import { loadTokenizer } from '../../lib/text/tokenizer.js';
import type { BenchContext } from '../benchmark.js';
import { postStream } from '../posts/post-stream.js';
import type { RawLimit } from '../report/results.js';
import type { SystemName } from '../systems/system.js';
import { runRaw } from './run-raw.js';

const TEXTS = 96;
const SHARE_OF_WINDOW = 0.35;

/** The costs of a pack's graphs by onnxruntime alone, on the first texts of the first text window. */
export async function measureRaw(
  pack: Pack,
  name: SystemName,
  round: number,
  { plan, material, note, signal }: BenchContext,
): Promise<RawLimit[]> {
  const { text } = pack.manifest;
  const tokenizer = loadTokenizer(pack.path(text.tokenizer), text);
  const posts = postStream('text', 0, material);
  const texts = Array.from({ length: TEXTS }, () => [...tokenizer.encode(posts.next().value.text ?? '').ids]);
  const { costs } = await runRaw(
    {
      packFolder: pack.folder,
      threads: availableParallelism(),
      concurrencies: plan.concurrencies,
      texts,
      seconds: plan.windowSeconds * SHARE_OF_WINDOW,
    },
    signal,
  );
  const last = costs.at(-1);
  note(
    `round ${round + 1}/${plan.rounds}, ${name}: onnxruntime alone takes ${last?.imageMs.toFixed(1)} ms an image, ` +
      `${last?.textMs.toFixed(2)} ms a text`,
  );
  return costs.map((cost) => ({ name, round, ...cost }));
}
