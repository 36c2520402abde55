/** `MultiModalFusionClassifier` of the original, src/models/fusion.py: gated fusion with interaction features. */
import { int, ints } from '../../onnx/attribute.js';
import type { Value } from '../../onnx/graph.js';
import { activate, layerNorm, linear } from '../layers.js';
import type { Module } from '../module.js';
import { gatedFusion, presenceColumns } from './gate.js';
import type { HeadInputs } from './head.js';

/** PyTorch's default, for both norms. */
const LAYER_NORM_EPS = 1e-5;
/** `torch.nn.functional.normalize` divides by no less. */
const SMALLEST_NORM = 1e-12;

/** Logits [batch, classes]. */
export function fusionHead(root: Module, inputs: HeadInputs): Value {
  const presence = presenceColumns(root, inputs);
  const t = linear(root.child('proj_t'), unitOrZero(root.child('text_features'), inputs.text, presence.text));
  const v = linear(
    root.child('proj_i'),
    unitOrZero(root.child('image_features'), inputs.image, presence.image),
  );
  const fused = layerNorm(root.child('ln_fused'), gatedFusion(root, t, v, presence), LAYER_NORM_EPS);

  const difference = root.child('interaction').node('Abs', [root.child('interaction').node('Sub', [t, v])]);
  const product = root.child('interaction').node('Mul', [t, v]);
  const features = root.child('cls').node('Concat', [fused, t, v, difference, product], { axis: int(1) });
  const hidden = linear(root.child('cls.1'), layerNorm(root.child('cls.0'), features, LAYER_NORM_EPS));
  return linear(root.child('cls.4'), activate(root.child('cls.2'), hidden, 'gelu'));
}

/**
 * Rows [batch, width] at unit length; zero where the modality is absent. Its projection is then the bias, which still
 * enters the gate and the interaction features, as in training.
 */
function unitOrZero(module: Module, features: Value, present: Value): Value {
  const norm = module.node('ReduceL2', [features], { axes: ints(-1), keepdims: int(1) });
  const divisor = module.node('Max', [norm, module.graph.constant('float32', [SMALLEST_NORM], [])]);
  return module.node('Mul', [module.node('Div', [features, divisor]), present]);
}
