/** Weights as the checkpoint stores them, in float32: graphs point at the original's bytes. */
import { int } from '../../onnx/attribute.js';
import type { Graph, Value } from '../../onnx/graph.js';
import type { Scope } from '../../onnx/scope.js';
import { type ExternalTensor, reshape, sliceRows } from '../../onnx/tensor.js';
import { parameterKey } from './parameter.js';
import type { LinearParameters, Parameter, Precision } from './precision.js';

export class Fp32 implements Precision {
  readonly #tensors: ReadonlyMap<string, ExternalTensor>;

  /** @param tensors Every tensor of the checkpoint by name, all float32. */
  constructor(tensors: ReadonlyMap<string, ExternalTensor>) {
    this.#tensors = tensors;
  }

  parameter(graph: Graph, parameter: Parameter): Value {
    const { name, rows, shape } = parameter;
    let tensor = this.#tensors.get(name);
    if (tensor === undefined)
      throw new Error(`The graph ${graph.name} asks for '${name}', which the weights lack`);
    if (rows !== undefined) tensor = sliceRows(tensor, ...rows);
    if (shape !== undefined) tensor = reshape(tensor, shape);
    return graph.weight(parameterKey(parameter), tensor);
  }

  embedding(scope: Scope, table: Parameter, ids: Value): Value {
    return scope.node('Gather', [this.parameter(scope.graph, table), ids]);
  }

  /** `Gemm` reads the weight as it is stored; a MatMul would need a transposed copy of it while loading. */
  linear(scope: Scope, rows: Value, { weight, bias }: LinearParameters): Value {
    const parameters = bias === undefined ? [weight] : [weight, bias];
    const values = parameters.map((parameter) => this.parameter(scope.graph, parameter));
    return scope.node('Gemm', [rows, ...values], { transB: int(1) });
  }
}
