/** The weights of Pillow's antialiased resampling, as its `precompute_coeffs` and `normalize_coeffs_8bpc` make them. */

export type Filter = 'bilinear' | 'bicubic';

/** Fraction bits of a fixed-point weight: Pillow's `32 - 8 - 2`. */
export const PRECISION_BITS = 22;

/** The input pixels that outputs `start` to `start + length - 1` along one axis are made of. */
export interface Taps {
  /** Index of the first input pixel, per output. Never falls. */
  readonly first: Int32Array;
  /** Number of input pixels, per output. */
  readonly count: Int32Array;
  /** Fixed-point weights, `capacity` per output, the first `count` in use. */
  readonly weights: Int32Array;
  readonly capacity: number;
}

interface Kernel {
  /** Half of the width on which the kernel is not zero, at scale 1. */
  readonly support: number;
  weight(distance: number): number;
}

const BICUBIC_A = -0.5;

const KERNELS: Record<Filter, Kernel> = {
  bilinear: {
    support: 1,
    weight: (x) => Math.max(0, 1 - Math.abs(x)),
  },
  bicubic: {
    support: 2,
    weight: (distance) => {
      const x = Math.abs(distance);
      if (x < 1) return ((BICUBIC_A + 2) * x - (BICUBIC_A + 3)) * x * x + 1;
      if (x < 2) return (((x - 5) * x + 8) * x - 4) * BICUBIC_A;
      return 0;
    },
  },
};

/**
 * The taps of `length` outputs from `start` on, when `inputSize` pixels become `outputSize`. When it shrinks, the
 * kernel widens with the scale, so that every input pixel counts.
 */
export function makeTaps(
  inputSize: number,
  outputSize: number,
  filter: Filter,
  start: number,
  length: number,
): Taps {
  const kernel = KERNELS[filter];
  const scale = inputSize / outputSize;
  const stretch = Math.max(scale, 1);
  const inverse = 1 / stretch;
  const support = kernel.support * stretch;
  const capacity = Math.ceil(support) * 2 + 1;
  const first = new Int32Array(length);
  const count = new Int32Array(length);
  const weights = new Int32Array(length * capacity);
  const exact = new Float64Array(capacity);

  for (let index = 0; index < length; index++) {
    const center = (start + index + 0.5) * scale;
    const from = Math.max(0, Math.trunc(center - support + 0.5));
    const to = Math.min(inputSize, Math.trunc(center + support + 0.5));
    let sum = 0;
    for (let tap = 0; tap < to - from; tap++) {
      const weight = kernel.weight((tap + from - center + 0.5) * inverse);
      exact[tap] = weight;
      sum += weight;
    }
    for (let tap = 0; tap < to - from; tap++) {
      weights[index * capacity + tap] = toFixedPoint((exact[tap] ?? 0) / (sum === 0 ? 1 : sum));
    }
    first[index] = from;
    count[index] = to - from;
  }
  return { first, count, weights, capacity };
}

/** Rounds halves away from zero. */
function toFixedPoint(weight: number): number {
  return Math.trunc(weight * (1 << PRECISION_BITS) + (weight < 0 ? -0.5 : 0.5));
}

/** The first input pixel that any output touches. */
export function firstTouched({ first }: Taps): number {
  return first[0] ?? 0;
}

/** One past the last input pixel that any output touches. */
export function lastTouched({ first, count }: Taps): number {
  return (first.at(-1) ?? 0) + (count.at(-1) ?? 0);
}
