export interface Difference {
  /** Largest absolute difference; NaN when a value has no finite difference (NaN, or infinity against anything else). */
  readonly max: number;
  /** Mean absolute difference; 0 for empty arrays. */
  readonly mean: number;
}

/** How far two arrays of the same length are apart. Equal infinities differ by 0. */
export function compareArrays(actual: ArrayLike<number>, expected: ArrayLike<number>): Difference {
  if (actual.length !== expected.length) {
    throw new RangeError(`Arrays of ${actual.length} and ${expected.length} values cannot be compared.`);
  }
  let max = 0;
  let sum = 0;
  for (let index = 0; index < actual.length; index++) {
    const difference = absoluteDifference(actual[index] as number, expected[index] as number);
    sum += difference;
    max = Math.max(max, difference); // Math.max keeps a NaN
  }
  return { max, mean: actual.length === 0 ? 0 : sum / actual.length };
}

function absoluteDifference(left: number, right: number): number {
  if (Object.is(left, right)) return Number.isNaN(left) ? Number.NaN : 0;
  const difference = Math.abs(left - right);
  return Number.isFinite(difference) ? difference : Number.NaN;
}
