/** Float32 in a pack whose weights are written anew: what stays exact beside fp16 and int8 layers. */
import type { Graph, Value } from '../../onnx/graph.js';
import type { Scope } from '../../onnx/scope.js';
import type { ExternalTensor } from '../../onnx/tensor.js';
import { Float32 } from './float32.js';
import type { FoldedWeights } from './folded-weights.js';
import { parameterKey, parameterShape } from './parameter.js';
import type { Parameter, StoredTable } from './precision.js';
import type { StoredWeights } from './stored-weights.js';

export class StoredFp32 extends Float32 {
  readonly #weights: FoldedWeights;
  readonly #store: StoredWeights;

  constructor(weights: FoldedWeights, store: StoredWeights) {
    super();
    this.#weights = weights;
    this.#store = store;
  }

  parameter(graph: Graph, parameter: Parameter): Value {
    return graph.weight(parameterKey(parameter), this.#stored(parameter));
  }

  table(table: Parameter): StoredTable {
    return { values: this.#stored(table) };
  }

  /** Folding concerns the weight of a layer, not the parameter of that name. */
  protected override weight(scope: Scope, weight: Parameter): Value {
    const values = () => this.#weights.linear(scope.path, weight);
    return scope.graph.weight(parameterKey(weight), this.#stored(weight, values));
  }

  #stored(
    parameter: Parameter,
    values: () => Promise<Float32Array> = () => this.#weights.values(parameter),
  ): ExternalTensor {
    const name = parameterKey(parameter);
    const shape = parameterShape(this.#weights.file, parameter);
    return this.#store.reference({ name, type: 'float32', shape, values });
  }
}
