/** How each linear layer of a pack's encoders is to be computed. */
import type { ActivationScale } from './quantize.js';

export type LinearPlan = QuantizedPlan | ExactPlan;

/** In whole numbers, but for a few columns of the input. */
export interface QuantizedPlan {
  readonly kind: 'int8';
  readonly activation: ActivationScale;
  /** Whether activations have 16 bits, in two products of 8, rather than 8. */
  readonly fine: boolean;
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

/** The plan with 16 bits for the activations of all layers that are quantized. */
export function refined(plan: Plan): Plan {
  return new Map(
    [...plan].map(([path, layer]) => [path, layer.kind === 'int8' ? { ...layer, fine: true } : layer]),
  );
}

/** By the linear layer's path; one that is not named is computed in fp32. */
export type Plan = ReadonlyMap<string, LinearPlan>;
