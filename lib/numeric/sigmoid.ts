/**
 * The probability of a logit: 1 / (1 + exp(-x)), each step rounded to float32 as numpy does it for a float32 array. At
 * most a few units in the last place apart from numpy, whose float32 `exp` is not correctly rounded either.
 */
export function sigmoid(logit: number): number {
  return Math.fround(1 / Math.fround(1 + Math.fround(Math.exp(-logit))));
}
