import type { Architecture, ImageEncoderArchitecture, TextEncoderArchitecture } from '../architecture.js';

export interface Preset {
  readonly architecture: Architecture;
  /** The encoder's name on the hub. */
  readonly encoderName: string;
  /** As published with the checkpoint of this shape. */
  readonly thresholds: readonly number[];
}

const SIGLIP_BLOCKS = {
  width: 768,
  layers: 12,
  heads: 12,
  mlpWidth: 3072,
  activation: 'gelu_tanh',
  layerNormEps: 1e-6,
} as const;

const CLIP_TEXT = {
  width: 512,
  layers: 12,
  heads: 8,
  mlpWidth: 2048,
  activation: 'quick_gelu',
  layerNormEps: 1e-5,
  featureWidth: 512,
  vocabularySize: 49_408,
  positions: 77,
} as const satisfies Omit<TextEncoderArchitecture, 'prefix'>;

const CLIP_IMAGE = {
  width: 768,
  layers: 12,
  heads: 12,
  mlpWidth: 3072,
  activation: 'quick_gelu',
  layerNormEps: 1e-5,
  size: 224,
  patch: 32,
} as const satisfies Omit<ImageEncoderArchitecture, 'prefix' | 'featureWidth'>;

const CLASSES = 5;
const FUSION_WIDTH = 512;

/** The shapes of the published checkpoints. */
export const PRESETS = {
  'siglip2-base': {
    encoderName: 'google/siglip2-base-patch16-224',
    thresholds: [0.3, 0.75, 0.85, 0.2, 0.5499999999999999],
    architecture: {
      family: 'siglip',
      text: {
        prefix: 'backbone.text_model.',
        ...SIGLIP_BLOCKS,
        featureWidth: 768,
        vocabularySize: 256_000,
        positions: 64,
      },
      image: { prefix: 'backbone.vision_model.', ...SIGLIP_BLOCKS, featureWidth: 768, size: 224, patch: 16 },
      head: { kind: 'fusion', fusionWidth: FUSION_WIDTH, classes: CLASSES },
    },
  },
  'clip-b32': {
    encoderName: 'openai/clip-vit-base-patch32',
    thresholds: [0.3, 0.7, 0.9, 0.95, 0.65],
    architecture: {
      family: 'clip',
      text: { prefix: 'backbone.text_model.', ...CLIP_TEXT },
      image: { prefix: 'backbone.vision_model.', ...CLIP_IMAGE, featureWidth: 512 },
      head: { kind: 'fusion', fusionWidth: FUSION_WIDTH, classes: CLASSES },
    },
  },
  'clip-b32-mtl': {
    encoderName: 'openai/clip-vit-base-patch32',
    thresholds: [0.3, 0.7, 0.49999999999999994, 0.3, 0.5499999999999999],
    architecture: {
      family: 'clip',
      text: { prefix: 'tower_txt.text_model.', ...CLIP_TEXT },
      image: { prefix: 'tower_img.vision_model.', ...CLIP_IMAGE, featureWidth: 768 },
      head: {
        kind: 'multitask',
        fusionWidth: FUSION_WIDTH,
        classes: CLASSES,
        hiddenWidth: 256,
        lossWeights: true,
      },
    },
  },
} as const satisfies Record<string, Preset>;

export type PresetName = keyof typeof PRESETS;
