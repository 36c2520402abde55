/** The gated fusion that both heads of the original share. */
import { int } from '../../onnx/attribute.js';
import type { Value } from '../../onnx/graph.js';
import { linear } from '../layers.js';
import type { Module } from '../module.js';
import type { HeadInputs } from './head.js';

/**
 * One vector [batch, width] of projected text t and image v [batch, width]: g · tanh(g_t(t)) + (1 - g) · tanh(g_i(v)),
 * where g = sigmoid(gate([t, v, text_present, image_present])). A lone modality stands for itself, ungated. With
 * neither, the text does.
 */
export function gatedFusion(root: Module, t: Value, v: Value, presence: Presence): Value {
  const text = tanhLayer(root.child('g_t'), t);
  const image = tanhLayer(root.child('g_i'), v);
  const gate = root.child('gate');
  const inputs = gate.node('Concat', [t, v, presence.text, presence.image], { axis: int(1) });
  const g = gate.node('Sigmoid', [linear(gate, inputs)]);
  const rest = gate.node('Sub', [gate.graph.constant('float32', [1], []), g]);
  const both = gate.node('Add', [
    gate.child('text').node('Mul', [g, text]),
    gate.child('image').node('Mul', [rest, image]),
  ]);
  const withImage = choose(gate.child('text'), presence.text, both, image);
  return choose(gate.child('image'), presence.image, withImage, text);
}

/** Presence flags as columns, float32 [batch, 1]: 1 present, 0 absent. */
export interface Presence {
  readonly text: Value;
  readonly image: Value;
}

export function presenceColumns(root: Module, inputs: HeadInputs): Presence {
  const column = (name: string, flags: Value) =>
    root.child(name).node('Reshape', [flags, root.graph.constant('int64', [-1, 1])]);
  return {
    text: column('text_present', inputs.textPresent),
    image: column('image_present', inputs.imagePresent),
  };
}

function tanhLayer(module: Module, x: Value): Value {
  return module.node('Tanh', [linear(module, x)]);
}

/** Row by row, `present` or `absent`. */
function choose(module: Module, presence: Value, present: Value, absent: Value): Value {
  const isAbsent = module.node('Less', [presence, module.graph.constant('float32', [0.5], [])]);
  return module.node('Where', [isAbsent, absent, present]);
}
