/**
 * The weights of a pack that is not a copy of its checkpoint: what the graphs ask for, and nothing else.
 *
 * Graphs are built twice: the first time tells what must be stored, then the file is laid out, and the second time every
 * tensor's place is known.
 */
import type { Dtype } from '../../checkpoint/safetensors/dtype.js';
import type { StoredTensor } from '../../checkpoint/safetensors/header.js';
import { layOut, type WriteOptions, writeSafetensors } from '../../checkpoint/safetensors/write.js';
import { WEIGHTS_FILE } from '../../checkpoint/weights-file.js';
import type { ExternalTensor } from '../../onnx/tensor.js';

/** What safetensors calls the types of ONNX that weights are stored in. */
export const STORED_DTYPES = { float32: 'F32', float16: 'F16', int8: 'I8' } as const satisfies Record<
  string,
  Dtype
>;

export type StoredType = keyof typeof STORED_DTYPES;

export interface TensorRequest {
  readonly name: string;
  readonly type: StoredType;
  readonly shape: readonly number[];
  /** Its values, made when the file is written. */
  readonly values: () => Promise<Float32Array | Uint16Array | Int8Array>;
}

export class StoredWeights {
  readonly #requests = new Map<string, TensorRequest>();
  #places: ReadonlyMap<string, StoredTensor> | undefined;

  /** The tensor as a graph names it. Asking again by the same name gives the same tensor. */
  reference(request: TensorRequest): ExternalTensor {
    const { name } = request;
    const { type, shape } = this.#requests.get(name) ?? request;
    const place = this.#places?.get(name);
    if (this.#places !== undefined && place === undefined) {
      throw new Error(`'${name}' was not asked for before the weights were laid out`);
    }
    this.#requests.set(name, this.#requests.get(name) ?? request);
    return { type, shape, location: WEIGHTS_FILE, offset: place?.byteOffset ?? 0 };
  }

  /** Writes what was asked for; from then on {@link reference} tells where it lies. */
  async write(path: string, options: WriteOptions = {}): Promise<void> {
    const tensors = [...this.#requests.values()].map(({ name, type, shape, values }) => ({
      name,
      dtype: STORED_DTYPES[type],
      shape,
      data: async function* () {
        const { buffer, byteOffset, byteLength } = await values();
        yield new Uint8Array(buffer, byteOffset, byteLength);
      },
    }));
    this.#places = layOut(tensors, options).tensors;
    await writeSafetensors(path, tensors, options);
  }
}
