import type { Graph, Value } from '../onnx/graph.js';
import { Scope } from '../onnx/scope.js';
import type { Parameter, Precision } from './precision/precision.js';

/** A scope that has parameters: paths are those of the checkpoint, so a parameter is named by where it is used. */
export class Module extends Scope {
  readonly precision: Precision;

  constructor(graph: Graph, precision: Precision, path = '') {
    super(graph, path);
    this.precision = precision;
  }

  override child(name: string): Module {
    return new Module(this.graph, this.precision, this.below(name));
  }

  /** Names a parameter stored below this place: `reference('weight')`. */
  reference(name: string, view: Omit<Parameter, 'name'> = {}): Parameter {
    return { name: this.below(name), ...view };
  }

  /** The parameter itself, as float32. */
  parameter(name: string, view: Omit<Parameter, 'name'> = {}): Value {
    return this.precision.parameter(this.graph, this.reference(name, view));
  }
}
