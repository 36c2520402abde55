/**
 * What a checkpoint computes, as data: two encoders and a head, with every dimension.
 */
import type { Family } from './manifest.js';

/** `gelu` is the exact (erf) form, `gelu_tanh` its tanh approximation, `quick_gelu` x · sigmoid(1.702 x). */
export type Activation = 'gelu' | 'gelu_tanh' | 'quick_gelu';

export interface EncoderArchitecture {
  /** What the encoder's tensor names start with, last dot included: `backbone.text_model.`. */
  readonly prefix: string;
  /** Columns of the residual stream. */
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  /** Columns between the two linear layers of a block's MLP. */
  readonly mlpWidth: number;
  readonly activation: Activation;
  readonly layerNormEps: number;
  /** Columns of the feature that the encoder hands to the head. */
  readonly featureWidth: number;
}

export interface TextEncoderArchitecture extends EncoderArchitecture {
  readonly vocabularySize: number;
  /** Rows of the position embedding: the most tokens a text can have, special tokens included. */
  readonly positions: number;
}

export interface ImageEncoderArchitecture extends EncoderArchitecture {
  /** Edge of the square input, in pixels. */
  readonly size: number;
  /** Edge of a patch, in pixels. */
  readonly patch: number;
}

/** Gated fusion of L2-normalised features, with interaction features and one classifier. */
export interface FusionHeadArchitecture {
  readonly kind: 'fusion';
  readonly fusionWidth: number;
  readonly classes: number;
}

/** Gated fusion of raw pooled features, a shared layer, and one head per class. */
export interface MultitaskHeadArchitecture {
  readonly kind: 'multitask';
  readonly fusionWidth: number;
  readonly classes: number;
  /** Columns of each head's hidden layer; null where a head is a single linear layer. */
  readonly hiddenWidth: number | null;
  /** Whether `log_vars` is stored: the loss weights of training, unused when classifying. */
  readonly lossWeights: boolean;
}

export type HeadArchitecture = FusionHeadArchitecture | MultitaskHeadArchitecture;

export interface Architecture {
  readonly family: Family;
  readonly text: TextEncoderArchitecture;
  readonly image: ImageEncoderArchitecture;
  readonly head: HeadArchitecture;
}

/** Dimensions of a tensor, outermost first; empty for a scalar. */
export type Shape = readonly number[];

/** Patches of an image: the columns that the image encoder sees, CLIP's class token aside. */
export function patchCount({ size, patch }: ImageEncoderArchitecture): number {
  return Math.floor(size / patch) ** 2;
}
