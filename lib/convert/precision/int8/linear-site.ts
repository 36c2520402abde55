/** Where a graph multiplies by weights: found by building the fp32 graph with a precision that keeps notes. */
import type { Graph, Value } from '../../../onnx/graph.js';
import type { Scope } from '../../../onnx/scope.js';
import type { LinearParameters, Parameter, Precision, StoredTable } from '../precision.js';

/** One linear layer. */
export interface LinearSite {
  /** Its place in the model, unique within a graph. */
  readonly path: string;
  /** What it multiplies, [count, inputs]. */
  readonly input: Value;
  readonly output: Value;
  readonly parameters: LinearParameters;
}

export class Recorder implements Precision {
  readonly sites: LinearSite[] = [];
  readonly #base: Precision;

  constructor(base: Precision) {
    this.#base = base;
  }

  parameter(graph: Graph, parameter: Parameter): Value {
    return this.#base.parameter(graph, parameter);
  }

  embedding(scope: Scope, table: Parameter, ids: Value): Value {
    return this.#base.embedding(scope, table, ids);
  }

  table(table: Parameter): StoredTable {
    return this.#base.table(table);
  }

  linear(scope: Scope, input: Value, parameters: LinearParameters): Value {
    const output = this.#base.linear(scope, input, parameters);
    this.sites.push({ path: scope.path, input, output, parameters });
    return output;
  }
}
