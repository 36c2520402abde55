/**
 * Builds a graph under a discipline that keeps it readable in any viewer:
 * - a node is named after its place in the model and its operator: `text_model.encoder.layers.0.mlp.fc1/Gemm`;
 * - its outputs are named after the node: `…/Gemm/output_0`;
 * - weights carry the checkpoint's names; equal constants are one.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Attributes } from './attribute.js';
import type { Operator } from './operator.js';
import {
  type ConstantType,
  constantTensor,
  type DataType,
  type ExternalTensor,
  type Tensor,
} from './tensor.js';

/** What nodes consume and produce. */
export interface Value {
  readonly name: string;
}

/** The place of an optional input that is left out. */
export const NONE: Value = { name: '' };

/** An axis: its size, or the name of a size that is known only when the graph runs. */
export type Dimension = number | string;

export interface Port {
  readonly name: string;
  readonly type: DataType;
  readonly shape: readonly Dimension[];
}

export interface Node {
  readonly name: string;
  readonly operator: Operator;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
}

export class Graph {
  readonly inputs: Port[] = [];
  readonly outputs: Port[] = [];
  readonly nodes: Node[] = [];
  readonly initializers = new Map<string, Tensor>();
  readonly #names = new Set<string>();

  constructor(readonly name: string) {}

  input(name: string, type: DataType, shape: readonly Dimension[]): Value {
    this.#claim(name);
    this.inputs.push({ name, type, shape });
    return { name };
  }

  /** Gives a value to the caller under a name of its own. ONNX Runtime removes the copy that this states. */
  output(name: string, value: Value, type: DataType, shape: readonly Dimension[]): void {
    this.#push({
      name: `${name}/Identity`,
      operator: 'Identity',
      inputs: [value.name],
      outputs: [name],
      attributes: {},
    });
    this.outputs.push({ name, type, shape });
  }

  /**
   * A weight by its name in the checkpoint. Naming it again gives the same value.
   *
   * @throws Error when the name already stands for other bytes or another shape
   */
  weight(name: string, tensor: ExternalTensor): Value {
    const known = this.initializers.get(name);
    if (known === undefined) {
      this.#claim(name);
      this.initializers.set(name, tensor);
    } else if (!isDeepStrictEqual(known, tensor)) {
      throw new Error(`The graph ${this.name} already has another '${name}'`);
    }
    return { name };
  }

  /** A small constant, one in the graph for each type, shape and content. Default shape: a vector. */
  constant(type: ConstantType, values: readonly number[], shape: readonly number[] = [values.length]): Value {
    const name = `constant/${type}[${shape}](${values})`;
    if (!this.initializers.has(name)) {
      this.#claim(name);
      this.initializers.set(name, constantTensor(type, values, shape));
    }
    return { name };
  }

  /**
   * Adds a node at a place in the model and gives its output.
   *
   * @throws Error when the place already has a node of this operator
   */
  node(path: string, operator: Operator, inputs: readonly Value[], attributes: Attributes = {}): Value {
    const name = `${path}/${operator}`;
    const output = `${name}/output_0`;
    this.#push({ name, operator, inputs: inputs.map((input) => input.name), outputs: [output], attributes });
    return { name: output };
  }

  #push(node: Node): void {
    this.#claim(node.name);
    for (const output of node.outputs) this.#claim(output);
    this.nodes.push(node);
  }

  #claim(name: string): void {
    if (this.#names.has(name)) throw new Error(`The graph ${this.name} already has '${name}'`);
    this.#names.add(name);
  }
}
