/** The building blocks that both families and both heads are made of. */
import type { Activation } from '../checkpoint/architecture.js';
import { type Attributes, float, int } from '../onnx/attribute.js';
import type { Value } from '../onnx/graph.js';
import type { Operator } from '../onnx/operator.js';
import type { Module } from './module.js';

/** `torch.nn.Linear` at this place: rows [count, inputs] to [count, outputs]. */
export function linear(module: Module, rows: Value, options: { readonly bias?: boolean } = {}): Value {
  const { bias = true } = options;
  const weight = module.reference('weight');
  const parameters = bias ? { weight, bias: module.reference('bias') } : { weight };
  return module.precision.linear(module, rows, parameters);
}

/** `torch.nn.LayerNorm` over the last axis: biased variance, affine. */
export function layerNorm(module: Module, x: Value, epsilon: number): Value {
  return module.node('LayerNormalization', [x, module.parameter('weight'), module.parameter('bias')], {
    axis: int(-1),
    epsilon: float(epsilon),
  });
}

const ACTIVATIONS: Readonly<Record<Activation, { operator: Operator; attributes: Attributes }>> = {
  gelu: { operator: 'Gelu', attributes: {} },
  gelu_tanh: { operator: 'FastGelu', attributes: {} },
  quick_gelu: { operator: 'QuickGelu', attributes: { alpha: float(1.702) } },
};

export function activate(module: Module, x: Value, activation: Activation): Value {
  const { operator, attributes } = ACTIVATIONS[activation];
  return module.node(operator, [x], attributes);
}

/** Two linear layers with an activation between them. */
export function mlp(module: Module, rows: Value, activation: Activation): Value {
  const hidden = linear(module.child('fc1'), rows);
  return linear(module.child('fc2'), activate(module, hidden, activation));
}

/** x [count, width] unfolded to [-1, columns, width]. */
export function unfold(module: Module, rows: Value, columns: number, width: number): Value {
  return module.node('Reshape', [rows, module.graph.constant('int64', [-1, columns, width])]);
}

/** x [..., width] flattened to [count, width]. */
export function flatten(module: Module, x: Value, width: number): Value {
  return module.node('Reshape', [x, module.graph.constant('int64', [-1, width])]);
}
