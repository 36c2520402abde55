/**
 * What onnxruntime alone can do: the graphs of a pack in this process, in as many replicas as the server has, on batches
 * laid out beforehand. No HTTP, no decoding, no tokenizer, no queue. Reads a {@link RawRequest} from stdin, writes a
 * {@link RawReply} to stdout.
 */
import { text as readText } from 'node:stream/consumers';
import { openPack } from '../../lib/checkpoint/pack/pack.js';
import { defaultLimits } from '../../lib/contract/limits.js';
import { encoderLayout, imageBatch, textBounds } from '../../lib/engine/encoder-layout.js';
import { type BatchBounds, chooseBatch } from '../../lib/engine/scheduling/choose-batch.js';
import type { TensorMessage } from '../../lib/engine/workers/messages.js';
import { layoutBatch, type TextRow, textRow } from '../../lib/text/sequence.js';
import { textInputs } from '../../lib/text/text-inputs.js';
import { TokenTable } from '../../lib/text/token-table.js';
import type { RawBatch } from './replica-worker.js';
import { Replicas } from './replicas.js';

export interface RawRequest {
  readonly packFolder: string;
  /** Cores to use, in replicas as the server has them. */
  readonly threads: number;
  /** Posts in flight: what batches are chosen from. */
  readonly concurrencies: readonly number[];
  /** Token ids of the texts, special tokens included. */
  readonly texts: readonly (readonly number[])[];
  /** For each of the three graphs and each concurrency. */
  readonly seconds: number;
}

/** Milliseconds an item. */
export interface RawCosts {
  readonly concurrency: number;
  readonly textMs: number;
  readonly imageMs: number;
  readonly headMs: number;
}

export interface RawReply {
  readonly costs: readonly RawCosts[];
}

const LIMITS = defaultLimits();

async function measure({ packFolder, threads, seconds, ...request }: RawRequest): Promise<RawReply> {
  const pack = await openPack(packFolder, { verify: false });
  const { text, image, head, precision, weights, tokenTable } = pack.manifest;
  const layouts = { provider: 'cpu', precision, threads, replicas: undefined } as const;
  const texts = encoderLayout('text', layouts);
  const images = encoderLayout('image', layouts);
  const sessions = {
    text: await Replicas.open(texts.replicas, { graph: pack.path(text.graph), ...texts }),
    image: await Replicas.open(images.replicas, { graph: pack.path(image.graph), ...images }),
    head: await Replicas.open(1, { graph: pack.path(head.graph), threads: 1, prepack: true }),
  };
  const table = new TokenTable(pack.path(weights), tokenTable);
  const rows = request.texts.map((ids) => textRow(Int32Array.from(ids), text));
  const bounds = textBounds(LIMITS.maxBatchTexts, texts, text.maxTokens);
  const imageBatches = [batchImages(imageBatch(LIMITS.maxBatchImages, 'cpu'), image.size)];
  const costs: RawCosts[] = [];
  for (const concurrency of request.concurrencies) {
    const textBatches = batchTexts(rows, Math.ceil(concurrency / texts.replicas), bounds, table);
    const headBatches = [headBatch(concurrency, text.width, image.width)];
    costs.push({
      concurrency,
      textMs: await sessions.text.msPerItem(concurrency, textBatches, seconds),
      imageMs: await sessions.image.msPerItem(concurrency, imageBatches, seconds),
      headMs: await sessions.head.msPerItem(concurrency, headBatches, seconds / 4),
    });
  }
  for (const replicas of Object.values(sessions)) replicas.close();
  table.close();
  return { costs };
}

/** The batches that the server would choose for one replica with so many texts waiting for it. */
function batchTexts(
  rows: readonly TextRow[],
  waiting: number,
  bounds: BatchBounds,
  table: TokenTable,
): RawBatch[] {
  const batches: RawBatch[] = [];
  const queue = new Set<{ weight: number; row: TextRow }>();
  const rest = rows.map((row) => ({ weight: row.inputIds.length, row })).values();
  for (;;) {
    while (queue.size < waiting) {
      const next = rest.next();
      if (next.done) return batches;
      queue.add(next.value);
    }
    const chosen = chooseBatch(queue, bounds) ?? [];
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

process.stdout.write(JSON.stringify(await measure(JSON.parse(await readText(process.stdin)) as RawRequest)));
