/** Float32 in a pack whose weights are written anew: what stays exact beside fp16 and int8 layers. */
import type { Graph, Value } from '../../onnx/graph.js';
import type { Scope } from '../../onnx/scope.js';
import { Float32 } from './float32.js';
import type { FoldedWeights } from './folded-weights.js';
import { parameterKey, parameterShape } from './parameter.js';
import type { Parameter } from './precision.js';
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
    return this.#stored(graph, parameter, () => this.#weights.values(parameter));
  }

  /** Folding concerns the weight of a layer, not the parameter of that name. */
  protected override weight(scope: Scope, weight: Parameter): Value {
    return this.#stored(scope.graph, weight, () => this.#weights.linear(scope.path, weight));
  }

  #stored(graph: Graph, parameter: Parameter, values: () => Promise<Float32Array>): Value {
    const name = parameterKey(parameter);
    const shape = parameterShape(this.#weights.file, parameter);
    return graph.weight(name, this.#store.reference({ name, type: 'float32', shape, values }));
  }
}
