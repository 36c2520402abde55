/** `MultiTaskClassifier` of the original, src/models/multitask.py: gated fusion, a shared layer, one head per class. */
import type { MultitaskHeadArchitecture } from '../../checkpoint/architecture.js';
import { int } from '../../onnx/attribute.js';
import type { Value } from '../../onnx/graph.js';
import { activate, linear } from '../layers.js';
import type { Module } from '../module.js';
import { gatedFusion, presenceColumns } from './gate.js';
import type { HeadInputs } from './head.js';

/** Logits [batch, classes]. Features enter as they are, neither normalised nor masked: the gate passes absent ones by. */
export function multitaskHead(root: Module, head: MultitaskHeadArchitecture, inputs: HeadInputs): Value {
  const t = linear(root.child('proj_t'), inputs.text);
  const v = linear(root.child('proj_i'), inputs.image);
  const fused = gatedFusion(root, t, v, presenceColumns(root, inputs));
  const shared = linear(root.child('shared_head.1'), fused);
  const activated = activate(root.child('shared_head.2'), shared, 'gelu');
  const logits = Array.from({ length: head.classes }, (_, index) =>
    taskHead(root.child(`heads.${index}`), activated, head.hiddenWidth !== null),
  );
  return root.child('heads').node('Concat', logits, { axis: int(1) });
}

/** One logit [batch, 1]. */
function taskHead(module: Module, x: Value, hidden: boolean): Value {
  if (!hidden) return linear(module, x);
  return linear(module.child('3'), activate(module.child('1'), linear(module.child('0'), x), 'gelu'));
}
