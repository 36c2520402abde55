/**
 * Linear layers in whole numbers, for CPUs: activations as uint8 with one constant scale a layer, weights as int8 with
 * one scale an output channel, sums as int32, which are exact.
 *
 *     x ──► QuantizeLinear ──► MatMulIntegerToFloat ──► (Gemm) ──► y
 *     └───► Gather the exact channels ───────────────────┘
 *
 * The scale is known beforehand and not taken from the batch: an item's answer does not depend on its neighbours, and no
 * pass over the activations is needed to find it. A layer whose plan is fine multiplies what quantizing lost as well:
 * twice the products, and activations of 16 bits.
 */

import { int } from '../../../onnx/attribute.js';
import { type Graph, NONE, type Value } from '../../../onnx/graph.js';
import type { Scope } from '../../../onnx/scope.js';
import type { FoldedWeights } from '../folded-weights.js';
import { parameterKey, parameterShape } from '../parameter.js';
import type { LinearParameters, Parameter, Precision, StoredTable } from '../precision.js';
import { StoredFp32 } from '../stored-fp32.js';
import type { StoredWeights, TensorRequest } from '../stored-weights.js';
import type { Plan, QuantizedPlan } from './plan.js';
import { type ActivationScale, type QuantizedRows, quantizeRows, restScale, transpose } from './quantize.js';

export class Int8 implements Precision {
  readonly #weights: FoldedWeights;
  readonly #plan: Plan;
  readonly #store: StoredWeights;
  readonly #exact: StoredFp32;

  constructor(weights: FoldedWeights, plan: Plan, store: StoredWeights) {
    this.#weights = weights;
    this.#plan = plan;
    this.#store = store;
    this.#exact = new StoredFp32(weights, store);
  }

  parameter(graph: Graph, parameter: Parameter): Value {
    return this.#exact.parameter(graph, parameter);
  }

  embedding(scope: Scope, table: Parameter, ids: Value): Value {
    return this.#exact.embedding(scope, table, ids);
  }

  /** One scale an entry. */
  table(table: Parameter): StoredTable {
    const [entries = 0, width = 0] = parameterShape(this.#weights.file, table);
    const quantized = async () => quantizeRows(await this.#weights.values(table), width);
    const key = parameterKey(table);
    return {
      values: this.#store.reference({
        name: `${key}_int8`,
        type: 'int8',
        shape: [entries, width],
        values: async () => (await quantized()).values,
      }),
      scales: this.#store.reference({
        name: `${key}_scale`,
        type: 'float32',
        shape: [entries, 1],
        values: async () => (await quantized()).scales,
      }),
    };
  }

  linear(scope: Scope, rows: Value, parameters: LinearParameters): Value {
    const plan = this.#plan.get(scope.path);
    return plan?.kind === 'int8'
      ? this.#quantizedLinear(scope, rows, parameters, plan)
      : this.#exact.linear(scope, rows, parameters);
  }

  #quantizedLinear(
    scope: Scope,
    rows: Value,
    { weight, bias }: LinearParameters,
    plan: QuantizedPlan,
  ): Value {
    const { graph, path } = scope;
    const { exactChannels } = plan;
    const [outputs = 0, inputs = 0] = parameterShape(this.#weights.file, weight);
    const folded = () => this.#weights.linear(path, weight);
    const matrix = async () => without(await folded(), inputs, exactChannels);
    // Both are small and kept, so that the matrix is not quantized once more for each.
    const scaleAndBias = once(async () => {
      const values = await matrix();
      const quantized = quantizeRows(values, inputs);
      const stored = bias === undefined ? new Float32Array(outputs) : await this.#weights.values(bias);
      return {
        scales: quantized.scales,
        bias: correctedBias(stored, values, quantized, plan.means),
      };
    });
    const key = parameterKey(weight);

    const weights: QuantizedWeights = {
      ...this.#matrices(graph, plan, {
        name: `${key}_int8`,
        type: 'int8',
        shape: [inputs, outputs],
        // The runtime multiplies by the matrix as it is stored.
        values: async () => transpose(quantizeRows(await matrix(), inputs).values, inputs),
      }),
      scales: this.#reference(graph, {
        name: `${key}_scale`,
        type: 'float32',
        shape: [outputs],
        values: async () => (await scaleAndBias()).scales,
      }),
      bias: this.#reference(graph, {
        name: `${key}_bias`,
        type: 'float32',
        shape: [outputs],
        values: async () => (await scaleAndBias()).bias,
      }),
    };
    const product = multiply(scope, rows, plan, weights);
    if (exactChannels.length === 0) return product;

    const columns = this.#reference(graph, {
      name: `${key}_exact`,
      type: 'float32',
      shape: [outputs, exactChannels.length],
      values: async () => only(await folded(), inputs, exactChannels),
    });
    const channels = graph.constant('int64', exactChannels);
    const exact = scope.child('exact').node('Gather', [rows, channels], { axis: int(1) });
    return scope.child('exact').node('Gemm', [exact, columns, product], { transB: int(1) });
  }

  /**
   * The matrix of the product, and for a second one the same bytes under another name: where the runtime turns int8 into
   * uint8, on processors that lack VNNI, it does so for each product, and fails at a weight that it has turned already.
   */
  #matrices(
    graph: Graph,
    { fine }: QuantizedPlan,
    request: TensorRequest,
  ): Pick<QuantizedWeights, 'matrix' | 'restMatrix'> {
    const tensor = this.#store.reference(request);
    return {
      matrix: graph.weight(request.name, tensor),
      restMatrix: fine ? graph.weight(`${request.name}_rest`, tensor) : undefined,
    };
  }

  #reference(graph: Graph, request: TensorRequest): Value {
    return graph.weight(request.name, this.#store.reference(request));
  }
}

interface QuantizedWeights {
  /** int8 [inputs, outputs] */
  readonly matrix: Value;
  /** The same, for what the activation's quantization lost; undefined where that is not computed. */
  readonly restMatrix: Value | undefined;
  /** float32 [outputs] */
  readonly scales: Value;
  /** float32 [outputs] */
  readonly bias: Value;
}

/** rows · matrix + bias, the rows quantized; and where the plan is fine, what that lost of them, quantized as well. */
function multiply(
  scope: Scope,
  rows: Value,
  { activation }: QuantizedPlan,
  { matrix, restMatrix, scales, bias }: QuantizedWeights,
): Value {
  const [scale, zeroPoint] = constantsOf(scope.graph, activation);
  const whole = scope.node('QuantizeLinear', [rows, scale, zeroPoint]);
  const product = scope.node('MatMulIntegerToFloat', [whole, matrix, scale, scales, zeroPoint, NONE, bias]);
  if (restMatrix === undefined) return product;

  const place = scope.child('rest');
  const lost = place.node('Sub', [rows, place.node('DequantizeLinear', [whole, scale, zeroPoint])]);
  const [restStep, restZero] = constantsOf(scope.graph, restScale(activation));
  const rest = place.node('QuantizeLinear', [lost, restStep, restZero]);
  const more = place.node('MatMulIntegerToFloat', [rest, restMatrix, restStep, scales, restZero]);
  return place.node('Add', [product, more]);
}

function constantsOf(graph: Graph, { scale, zeroPoint }: ActivationScale): readonly [Value, Value] {
  return [graph.constant('float32', [scale], []), graph.constant('uint8', [zeroPoint], [])];
}

/** Makes a value when it is first asked for, and keeps it. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/**
 * The bias plus what rounding the weights takes from the outputs on average: (W - Wq) · mean(x) (Nagel et al. 2019,
 * "Data-Free Quantization", section 4.2).
 */
function correctedBias(
  bias: Float32Array,
  matrix: Float32Array,
  { values, scales }: QuantizedRows,
  means: Float32Array,
): Float32Array {
  const inputs = means.length;
  return bias.map((value, row) => {
    let lost = 0;
    for (let index = 0; index < inputs; index++) {
      const at = row * inputs + index;
      const rounded = (values[at] as number) * (scales[row] as number);
      lost += ((matrix[at] as number) - rounded) * (means[index] as number);
    }
    return value + lost;
  });
}

/** The matrix [rows, columns] with some columns set to zero. */
function without(matrix: Float32Array, columns: number, channels: readonly number[]): Float32Array {
  for (let start = 0; start < matrix.length; start += columns) {
    for (const channel of channels) matrix[start + channel] = 0;
  }
  return matrix;
}

/** Some columns of the matrix [rows, columns]: [rows, channels.length]. */
function only(matrix: Float32Array, columns: number, channels: readonly number[]): Float32Array {
  const rows = matrix.length / columns;
  const picked = new Float32Array(rows * channels.length);
  for (let row = 0; row < rows; row++) {
    channels.forEach((channel, index) => {
      picked[row * channels.length + index] = matrix[row * columns + channel] as number;
    });
  }
  return picked;
}
