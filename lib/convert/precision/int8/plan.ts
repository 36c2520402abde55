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

/** By the linear layer's path; one that is not named is computed in fp32. */
export type Plan = ReadonlyMap<string, LinearPlan>;
