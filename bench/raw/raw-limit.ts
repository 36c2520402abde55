/**
 * What onnxruntime alone can do: the graphs of a pack in this process, in as many replicas as the server has, on batches
 * laid out beforehand. No HTTP, no decoding, no tokenizer, no queue. A child process with a channel: it is started with a
 * {@link RawStart} as its argument, says `ready`, and answers every {@link RawCall} with {@link RawCosts}.
 */
import { openPack } from '../../lib/checkpoint/pack/pack.js';
import { defaultLimits } from '../../lib/contract/limits.js';
import { encoderLayout, textBounds } from '../../lib/engine/encoder-layout.js';
import { type BatchBounds, chooseBatch } from '../../lib/engine/scheduling/choose-batch.js';
import type { TensorMessage } from '../../lib/engine/workers/messages.js';
import { layoutBatch, type TextRow, textRow } from '../../lib/text/sequence.js';
import { textInputs } from '../../lib/text/text-inputs.js';
import { TokenTable } from '../../lib/text/token-table.js';
import type { RawBatch } from './replica-worker.js';
import { Replicas } from './replicas.js';

export interface RawStart {
  readonly packFolder: string;
  /** Cores to use, in replicas as the server has them. */
  readonly threads: number;
  /** Token ids of the texts, special tokens included. */
  readonly texts: readonly (readonly number[])[];
}

/** How many items a server put into a batch of each graph, on average; 0 for a graph that it did not run. */
export interface BatchSizes {
  readonly text: number;
  readonly image: number;
  readonly head: number;
}

export interface RawCall {
  /** Posts in flight: what batches are chosen from. */
  readonly concurrency: number;
  readonly batchSizes: BatchSizes;
  /** For each of the graphs. */
  readonly seconds: number;
}

/** Milliseconds an item; 0 for a graph that was not run. */
export interface RawCosts {
  readonly textMs: number;
  readonly imageMs: number;
  readonly headMs: number;
}

const LIMITS = defaultLimits();

async function open({ packFolder, threads, texts }: RawStart): Promise<(call: RawCall) => Promise<RawCosts>> {
  const pack = await openPack(packFolder, { verify: false });
  const { text, image, head, precision, weights, tokenTable } = pack.manifest;
  const layouts = { provider: 'cpu', precision, threads, replicas: undefined } as const;
  const textLayout = encoderLayout('text', layouts);
  const imageLayout = encoderLayout('image', layouts);
  const replicas = {
    text: await Replicas.open(textLayout.replicas, { graph: pack.path(text.graph), ...textLayout }),
    image: await Replicas.open(imageLayout.replicas, { graph: pack.path(image.graph), ...imageLayout }),
    head: await Replicas.open(1, { graph: pack.path(head.graph), threads: 1, prepack: true }),
  };
  const table = new TokenTable(pack.path(weights), tokenTable, pack.path(tokenTable.checksums));
  const rows = texts.map((ids) => textRow(Int32Array.from(ids), text));
  const bounds = textBounds(LIMITS.maxBatchTexts, textLayout, text.maxTokens);

  const cost = (
    graph: keyof BatchSizes,
    { concurrency, batchSizes, seconds }: RawCall,
  ): Promise<number> | 0 => {
    const size = batchSizes[graph];
    if (size === 0) return 0;
    const batches = {
      text: () => batchTexts(rows, size, Math.ceil(concurrency / textLayout.replicas), bounds, table),
      image: () => [batchImages(Math.max(1, Math.round(size)), image.size)],
      head: () => [headBatch(Math.max(1, Math.round(size)), text.width, image.width)],
    }[graph]();
    return replicas[graph].msPerItem(concurrency, batches, graph === 'head' ? seconds / 4 : seconds);
  };
  return async (call) => ({
    textMs: await cost('text', call),
    imageMs: await cost('image', call),
    headMs: await cost('head', call),
  });
}

/** Batches that the server would choose among so many waiting texts, of `size` items on average. */
function batchTexts(
  rows: readonly TextRow[],
  size: number,
  waiting: number,
  { maxCost }: BatchBounds,
  table: TokenTable,
): RawBatch[] {
  const batches: RawBatch[] = [];
  const queue = new Set<{ weight: number; row: TextRow }>();
  const rest = rows.map((row) => ({ weight: row.inputIds.length, row })).values();
  for (;;) {
    const number = batches.length;
    const maxItems = Math.max(1, Math.floor((number + 1) * size) - Math.floor(number * size));
    while (queue.size < Math.max(waiting, maxItems)) {
      const next = rest.next();
      if (next.done) return batches;
      queue.add(next.value);
    }
    const chosen = chooseBatch(queue, { maxItems, maxCost }) ?? [];
    for (const one of chosen) queue.delete(one);
    const batch = layoutBatch(chosen.map(({ row }) => row));
    batches.push({ inputs: textInputs(batch, table), items: batch.batch });
  }
}

function batchImages(items: number, size: number): RawBatch {
  const data = Uint8Array.from({ length: items * size * size * 3 }, (_, index) => (index * 7919) % 256);
  return { inputs: { pixels: { type: 'uint8', data, dims: [items, size, size, 3] } }, items };
}

function headBatch(items: number, textWidth: number, imageWidth: number): RawBatch {
  const features = (width: number): TensorMessage => ({
    type: 'float32',
    data: new Float32Array(items * width).fill(0.1),
    dims: [items, width],
  });
  const present = (): TensorMessage => ({
    type: 'float32',
    data: new Float32Array(items).fill(1),
    dims: [items],
  });
  return {
    inputs: {
      text_features: features(textWidth),
      image_features: features(imageWidth),
      text_present: present(),
      image_present: present(),
    },
    items,
  };
}

const [, , start = ''] = process.argv;
const measure = await open(JSON.parse(start) as RawStart);
process.on('message', (call: RawCall) => void measure(call).then((costs) => process.send?.(costs)));
process.once('disconnect', () => process.exit());
process.send?.('ready');
