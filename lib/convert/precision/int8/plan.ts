/** How each linear layer of a pack's encoders is to be computed. */
import type { ActivationScale } from './quantize.js';

export type LinearPlan = QuantizedPlan | ExactPlan;

/** In whole numbers, but for a few columns of the input. */
export interface QuantizedPlan {
  readonly kind: 'int8';
  readonly activation: ActivationScale;
  /** Channels of the input that are multiplied in fp32, ascending: those whose values would widen the scale of all. */
  readonly exactChannels: readonly number[];
  /** By input channel: what it is on average, on calibration items, after folding. */
  readonly means: Float32Array;
  /** Of the outputs on calibration items: ‖quantized - exact‖ / ‖exact‖. */
  readonly error: number;
}

export interface ExactPlan {
  readonly kind: 'fp32';
  /** The error that int8 would have. */
  readonly error: number;
}

/** Scales that move from activations into weights; see folds.ts. */
export interface Folding {
  /** Factors of what a parameter's first axis stands for, by parameter key: they divide it. */
  readonly divisors: ReadonlyMap<string, Float32Array>;
  /** Factors of a linear layer's input channels, by its path: they multiply its weight's columns. */
  readonly multipliers: ReadonlyMap<string, Float32Array>;
}

export const NO_FOLDING: Folding = { divisors: new Map(), multipliers: new Map() };

/** By the linear layer's path; one that is not named is computed in fp32. */
export type Plan = ReadonlyMap<string, LinearPlan>;
