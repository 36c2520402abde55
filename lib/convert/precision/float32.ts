/** Layers in float32, wherever their parameters come from. */
import { int } from '../../onnx/attribute.js';
import type { Graph, Value } from '../../onnx/graph.js';
import type { Scope } from '../../onnx/scope.js';
import type { LinearParameters, Parameter, Precision, StoredTable } from './precision.js';

export abstract class Float32 implements Precision {
  abstract parameter(graph: Graph, parameter: Parameter): Value;

  embedding(scope: Scope, table: Parameter, ids: Value): Value {
    return scope.node('Gather', [this.parameter(scope.graph, table), ids]);
  }

  abstract table(table: Parameter): StoredTable;

  /** `Gemm` reads the weight as it is stored; a MatMul would need a transposed copy of it while loading. */
  linear(scope: Scope, rows: Value, { weight, bias }: LinearParameters): Value {
    const values = [
      this.weight(scope, weight),
      ...(bias === undefined ? [] : [this.parameter(scope.graph, bias)]),
    ];
    return scope.node('Gemm', [rows, ...values], { transB: int(1) });
  }

  /** The weight of the linear layer at this place. */
  protected weight(scope: Scope, weight: Parameter): Value {
    return this.parameter(scope.graph, weight);
  }
}
