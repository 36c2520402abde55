/**
 * What onnxruntime alone can do: the graphs of a pack in this process, on batches laid out beforehand. No HTTP, no
 * decoding, no tokenizer, no queue. Reads a {@link RawRequest} from stdin, writes a {@link RawReply} to stdout.
 */
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { text as readText } from 'node:stream/consumers';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { openPack, type Pack } from '../../lib/checkpoint/pack/pack.js';
import { defaultLimits } from '../../lib/contract/limits.js';
import { chooseBatch } from '../../lib/engine/scheduling/choose-batch.js';
import { layoutBatch, type TextRow, textRow } from '../../lib/text/sequence.js';

export interface RawRequest {
  readonly packFolder: string;
  /** Threads of one operator. */
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

type Feeds = Record<string, Tensor>;
interface Batch {
  readonly feeds: Feeds;
  readonly items: number;
}

const WARM_UP_RUNS = 2;
const LIMITS = defaultLimits();

async function measure(request: RawRequest): Promise<RawReply> {
  const pack = await openPack(request.packFolder, { verify: false });
  const { text, image, head } = pack.manifest;
  const open = (graph: string, threads: number): Promise<InferenceSession> =>
    openSession(pack, graph, threads);
  const sessions = {
    text: await open(text.graph, request.threads),
    image: await open(image.graph, request.threads),
    head: await open(head.graph, 1),
  };
  const rows = request.texts.map((ids) => textRow(Int32Array.from(ids), text));
  const costs: RawCosts[] = [];
  for (const concurrency of request.concurrencies) {
    const images = imageBatch(Math.min(concurrency, LIMITS.maxBatchImages), image.size);
    costs.push({
      concurrency,
      textMs: await time(sessions.text, textBatches(rows, concurrency, text.maxTokens), request.seconds),
      imageMs: await time(sessions.image, [images], request.seconds),
      headMs: await time(
        sessions.head,
        [headBatch(concurrency, text.width, image.width)],
        request.seconds / 4,
      ),
    });
  }
  return { costs };
}

async function openSession(pack: Pack, graph: string, threads: number): Promise<InferenceSession> {
  return InferenceSession.create(await readFile(pack.path(graph)), {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
    extra: { session: { model_external_initializers_file_folder_path: dirname(pack.path(graph)) } },
  });
}

/** Milliseconds an item, over whole rounds of the batches. */
async function time(session: InferenceSession, batches: readonly Batch[], seconds: number): Promise<number> {
  for (const { feeds } of batches.slice(0, WARM_UP_RUNS)) await session.run(feeds);
  const begun = performance.now();
  let items = 0;
  do {
    for (const batch of batches) {
      await session.run(batch.feeds);
      items += batch.items;
    }
  } while (performance.now() - begun < 1000 * seconds);
  return (performance.now() - begun) / items;
}

/** The batches that the server would choose with so many texts waiting. */
function textBatches(rows: readonly TextRow[], waiting: number, maxTokens: number): Batch[] {
  const bounds = { maxItems: LIMITS.maxBatchTexts, maxCost: (LIMITS.maxBatchTexts * maxTokens) / 2 };
  const batches: Batch[] = [];
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
    batches.push(textBatch(chosen.map(({ row }) => row)));
  }
}

function textBatch(rows: readonly TextRow[]): Batch {
  const { inputIds, positionIds, keyMask, batch, length } = layoutBatch(rows);
  const tensor = (data: Int32Array): Tensor => new Tensor('int32', data, [batch, length]);
  return {
    feeds: { input_ids: tensor(inputIds), position_ids: tensor(positionIds), key_mask: tensor(keyMask) },
    items: batch,
  };
}

function imageBatch(items: number, size: number): Batch {
  const pixels = Uint8Array.from({ length: items * size * size * 3 }, (_, index) => (index * 7919) % 256);
  return { feeds: { pixels: new Tensor('uint8', pixels, [items, size, size, 3]) }, items };
}

function headBatch(items: number, textWidth: number, imageWidth: number): Batch {
  const features = (width: number): Tensor =>
    new Tensor('float32', new Float32Array(items * width).fill(0.1), [items, width]);
  const present = (): Tensor => new Tensor('float32', new Float32Array(items).fill(1), [items]);
  return {
    feeds: {
      text_features: features(textWidth),
      image_features: features(imageWidth),
      text_present: present(),
      image_present: present(),
    },
    items,
  };
}

process.stdout.write(JSON.stringify(await measure(JSON.parse(await readText(process.stdin)) as RawRequest)));
