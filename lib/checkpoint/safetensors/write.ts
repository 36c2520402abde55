import { elementCount } from '../../numeric/element-count.js';
import { append, writeAtomically } from '../atomic-file.js';
import { quote } from '../findings.js';
import { DTYPES, type Dtype } from './dtype.js';
import { LENGTH_BYTES, type StoredTensor } from './header.js';

export interface TensorToWrite {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** Its bytes in chunks of any size, made when they are written: little endian, as many as dtype and shape take. */
  readonly data: () => Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
}

export interface LayoutOptions {
  /** Strings to store beside the tensors. Default: `{format: "pt"}`, as PyTorch's writer does. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** The first tensor begins at a multiple of this many bytes. Default: 8, as the safetensors library does. */
  readonly alignment?: number;
}

export interface WriteOptions extends LayoutOptions {
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
  readonly signal?: AbortSignal;
}

export interface Layout {
  /** Length and JSON: the bytes before the first tensor. */
  readonly header: Uint8Array;
  /** Size of the whole file. */
  readonly bytes: number;
  /** By name, in the order of their bytes. */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
}

/**
 * Where each tensor will lie: larger element types first, then by name, which aligns every tensor to its elements. The
 * bytes are those that the safetensors library writes for the same tensors and metadata.
 */
export function layOut(tensors: readonly Omit<TensorToWrite, 'data'>[], options: LayoutOptions = {}): Layout {
  const { metadata = { format: 'pt' }, alignment = 8 } = options;
  refuseDuplicates(tensors);
  const sorted = tensors.toSorted((a, b) => DTYPES[b.dtype] - DTYPES[a.dtype] || compare(a.name, b.name));
  const entries: [string, unknown][] = [['__metadata__', metadata]];
  const stored: StoredTensor[] = [];
  let end = 0;
  for (const { name, dtype, shape } of sorted) {
    const begin = end;
    end += elementCount(shape) * DTYPES[dtype];
    entries.push([name, { dtype, shape, data_offsets: [begin, end] }]);
    stored.push({ name, dtype, shape, byteOffset: begin, byteLength: end - begin });
  }
  const header = encodeHeader(entries, alignment);
  const placed = stored.map((tensor) => ({ ...tensor, byteOffset: header.byteLength + tensor.byteOffset }));
  return {
    header,
    bytes: header.byteLength + end,
    tensors: new Map(placed.map((tensor) => [tensor.name, tensor])),
  };
}

/**
 * Writes a safetensors file, holding one chunk of one tensor in memory at a time. The file appears under its name only
 * when it is complete.
 *
 * @throws ModerationError `resource_exhausted` when the disk is full
 */
export async function writeSafetensors(
  path: string,
  tensors: readonly TensorToWrite[],
  options: WriteOptions = {},
): Promise<Layout> {
  const { onProgress, signal } = options;
  const layout = layOut(tensors, options);
  const sources = new Map(tensors.map(({ name, data }) => [name, data]));
  await writeAtomically(path, async (handle) => {
    let done = layout.header.byteLength;
    await append(handle, layout.header);
    for (const { name, byteOffset, byteLength } of layout.tensors.values()) {
      for await (const chunk of sources.get(name)?.() ?? []) {
        signal?.throwIfAborted();
        await append(handle, chunk);
        done += chunk.byteLength;
        onProgress?.(done, layout.bytes);
      }
      if (done !== byteOffset + byteLength) {
        throw new RangeError(`Tensor ${quote(name)} takes ${byteLength} bytes, got ${done - byteOffset}.`);
      }
    }
  });
  return layout;
}

function refuseDuplicates(tensors: readonly { name: string }[]): void {
  const names = new Set<string>();
  for (const { name } of tensors) {
    if (names.has(name)) throw new RangeError(`Tensor ${quote(name)} is there twice.`);
    names.add(name);
  }
}

function encodeHeader(entries: [string, unknown][], alignment: number): Uint8Array {
  const json = Buffer.from(JSON.stringify(Object.fromEntries(entries)));
  const end = Math.ceil((LENGTH_BYTES + json.byteLength) / alignment) * alignment;
  const header = Buffer.alloc(end, ' ');
  header.writeBigUInt64LE(BigInt(end - LENGTH_BYTES));
  header.set(json, LENGTH_BYTES);
  return header;
}

/** By code unit, like the byte order of the library for every name without surrogates. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
