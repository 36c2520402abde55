/**
 * Weights and matrix products in float16, for GPUs. Norms, softmax, activations and the residual stream stay in float32:
 * trained encoders have residual values that float16 cannot hold (above 65504) or tell apart.
 */

import { float32ToFloat16 } from '../../numeric/half.js';
import { int } from '../../onnx/attribute.js';
import type { Graph, Value } from '../../onnx/graph.js';
import type { Scope } from '../../onnx/scope.js';
import { DATA_TYPES, type ExternalTensor } from '../../onnx/tensor.js';
import type { FoldedWeights } from './folded-weights.js';
import { parameterKey, parameterShape } from './parameter.js';
import type { LinearParameters, Parameter, Precision, StoredTable } from './precision.js';
import { StoredFp32 } from './stored-fp32.js';
import type { StoredWeights } from './stored-weights.js';

export class Fp16 implements Precision {
  readonly #weights: FoldedWeights;
  readonly #store: StoredWeights;
  readonly #exact: StoredFp32;

  constructor(weights: FoldedWeights, store: StoredWeights) {
    this.#weights = weights;
    this.#store = store;
    this.#exact = new StoredFp32(weights, store);
  }

  parameter(graph: Graph, parameter: Parameter): Value {
    return this.#exact.parameter(graph, parameter);
  }

  embedding(scope: Scope, table: Parameter, ids: Value): Value {
    return widened(scope, scope.node('Gather', [this.#half(scope.graph, table), ids]));
  }

  table(table: Parameter): StoredTable {
    return { values: this.#stored(table) };
  }

  linear(scope: Scope, rows: Value, { weight, bias }: LinearParameters): Value {
    const halves = scope.child('float16').node('Cast', [rows], { to: int(DATA_TYPES.float16) });
    const parameters = bias === undefined ? [weight] : [weight, bias];
    const values = parameters.map((parameter) => this.#half(scope.graph, parameter));
    return widened(scope, scope.node('Gemm', [halves, ...values], { transB: int(1) }));
  }

  #half(graph: Graph, parameter: Parameter): Value {
    return graph.weight(parameterKey(parameter), this.#stored(parameter));
  }

  #stored(parameter: Parameter): ExternalTensor {
    const name = parameterKey(parameter);
    const shape = parameterShape(this.#weights.file, parameter);
    const values = async () => clampedHalves(await this.#weights.values(parameter));
    return this.#store.reference({ name, type: 'float16', shape, values });
  }
}

function widened(scope: Scope, halves: Value): Value {
  return scope.child('float32').node('Cast', [halves], { to: int(DATA_TYPES.float32) });
}

/** The largest finite float16. */
const LARGEST = 65504;

/** A weight beyond float16's range becomes the largest there is, not infinity. */
function clampedHalves(values: Float32Array): Uint16Array {
  for (let index = 0; index < values.length; index++) {
    values[index] = Math.max(-LARGEST, Math.min(LARGEST, values[index] as number));
  }
  return float32ToFloat16(values);
}
