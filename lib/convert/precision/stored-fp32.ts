/** Float32 in a pack whose weights are written anew: what stays exact beside fp16 and int8 layers. */
import { int } from '../../onnx/attribute.js';
import type { Graph, Value } from '../../onnx/graph.js';
import type { Scope } from '../../onnx/scope.js';
import type { FoldedWeights } from './folded-weights.js';
import { parameterKey, parameterShape } from './parameter.js';
import type { LinearParameters, Parameter, Precision } from './precision.js';
import type { StoredWeights } from './stored-weights.js';

export class StoredFp32 implements Precision {
  readonly #weights: FoldedWeights;
  readonly #store: StoredWeights;

  constructor(weights: FoldedWeights, store: StoredWeights) {
    this.#weights = weights;
    this.#store = store;
  }

  parameter(graph: Graph, parameter: Parameter): Value {
    return this.#stored(graph, parameter, () => this.#weights.values(parameter));
  }

  embedding(scope: Scope, table: Parameter, ids: Value): Value {
    return scope.node('Gather', [this.parameter(scope.graph, table), ids]);
  }

  linear(scope: Scope, rows: Value, { weight, bias }: LinearParameters): Value {
    const values = [
      this.#stored(scope.graph, weight, () => this.#weights.linear(scope.path, weight)),
      ...(bias === undefined ? [] : [this.parameter(scope.graph, bias)]),
    ];
    return scope.node('Gemm', [rows, ...values], { transB: int(1) });
  }

  #stored(graph: Graph, parameter: Parameter, values: () => Promise<Float32Array>): Value {
    const name = parameterKey(parameter);
    const shape = parameterShape(this.#weights.file, parameter);
    return graph.weight(name, this.#store.reference({ name, type: 'float32', shape, values }));
  }
}
