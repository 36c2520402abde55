import type { Attributes } from './attribute.js';
import type { Graph, Value } from './graph.js';
import type { Operator } from './operator.js';

/** A place in a model while its graph is built, such as `text_model.encoder.layers.0.mlp`: nodes made here are named so. */
export class Scope {
  readonly graph: Graph;
  /** '' for the root. */
  readonly path: string;

  constructor(graph: Graph, path: string) {
    this.graph = graph;
    this.path = path;
  }

  /** The place below; dots in `name` lead further down. */
  child(name: string): Scope {
    return new Scope(this.graph, this.below(name));
  }

  /** Adds an operator and gives its output. A place holds at most one of each operator. */
  node(operator: Operator, inputs: readonly Value[], attributes: Attributes = {}): Value {
    return this.graph.node(this.path, operator, inputs, attributes);
  }

  /** The path of `name` below this place. */
  below(name: string): string {
    return this.path === '' ? name : `${this.path}.${name}`;
  }
}
