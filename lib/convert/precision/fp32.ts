/** Weights as the checkpoint stores them, in float32: graphs point at the original's bytes. */
import type { Graph, Value } from '../../onnx/graph.js';
import { type ExternalTensor, reshape, sliceRows } from '../../onnx/tensor.js';
import { Float32 } from './float32.js';
import { parameterKey } from './parameter.js';
import type { Parameter, StoredTable } from './precision.js';

export class Fp32 extends Float32 {
  readonly #tensors: ReadonlyMap<string, ExternalTensor>;

  /** @param tensors Every tensor of the checkpoint by name, all float32. */
  constructor(tensors: ReadonlyMap<string, ExternalTensor>) {
    super();
    this.#tensors = tensors;
  }

  parameter(graph: Graph, parameter: Parameter): Value {
    const { name, rows, shape } = parameter;
    let tensor = this.#tensor(name);
    if (rows !== undefined) tensor = sliceRows(tensor, ...rows);
    if (shape !== undefined) tensor = reshape(tensor, shape);
    return graph.weight(parameterKey(parameter), tensor);
  }

  table({ name }: Parameter): StoredTable {
    return { values: this.#tensor(name) };
  }

  #tensor(name: string): ExternalTensor {
    const tensor = this.#tensors.get(name);
    if (tensor === undefined) throw new Error(`The weights lack '${name}'`);
    return tensor;
  }
}
