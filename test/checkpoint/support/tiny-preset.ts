import type { Preset } from '../../../lib/checkpoint/synthesize/presets.js';

const BLOCKS = {
  width: 64,
  layers: 2,
  heads: 1,
  mlpWidth: 128,
  activation: 'gelu_tanh',
  layerNormEps: 1e-6,
} as const;

/** The shape of the published SigLIP checkpoint at a size that is written in no time. */
export const TINY_PRESET: Preset = {
  encoderName: 'google/siglip2-base-patch16-224',
  thresholds: [0.5, 0.5, 0.5, 0.5, 0.5],
  architecture: {
    family: 'siglip',
    text: {
      prefix: 'backbone.text_model.',
      ...BLOCKS,
      featureWidth: 64,
      vocabularySize: 1000,
      positions: 64,
    },
    image: { prefix: 'backbone.vision_model.', ...BLOCKS, featureWidth: 64, size: 224, patch: 32 },
    head: { kind: 'fusion', fusionWidth: 32, classes: 5 },
  },
};
