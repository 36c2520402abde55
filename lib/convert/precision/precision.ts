import type { Graph, Value } from '../../onnx/graph.js';
import type { Scope } from '../../onnx/scope.js';
import type { ExternalTensor } from '../../onnx/tensor.js';

/** A tensor of the checkpoint, whole or some of its rows, under its own shape or another of as many elements. */
export interface Parameter {
  readonly name: string;
  /** Rows along the first axis: first, and one past the last. Default: all. */
  readonly rows?: readonly [start: number, end: number];
  /** Default: the stored shape. */
  readonly shape?: readonly number[];
}

/** The parameters of y = x · weightᵀ + bias, with `weight` [outputs, inputs] as PyTorch stores it. */
export interface LinearParameters {
  readonly weight: Parameter;
  readonly bias?: Parameter;
}

/** A table [entries, width] that is read outside of the graphs: see lib/text/token-table.ts. */
export interface StoredTable {
  /** float32, float16 or int8. */
  readonly values: ExternalTensor;
  /** For int8: float32 [entries, 1]. */
  readonly scales?: ExternalTensor;
}

/**
 * How parameters are stored and multiplied with: all that distinguishes an fp32, an fp16 and an int8 graph of the same
 * architecture. Families and heads state the architecture through it and know none of them. Values that pass between
 * them are float32, whatever happens inside.
 */
export interface Precision {
  /** A parameter as float32: norms, position embeddings, probes. */
  parameter(graph: Graph, parameter: Parameter): Value;
  /** Rows of the table [entries, width] at `ids` [...]: [..., width]. */
  embedding(scope: Scope, table: Parameter, ids: Value): Value;
  /** Where such a table lies, for whoever looks it up without a graph. */
  table(table: Parameter): StoredTable;
  /** x · weightᵀ + bias, for rows x [count, inputs]: [count, outputs]. */
  linear(scope: Scope, rows: Value, parameters: LinearParameters): Value;
}
