/** Temperature scaling of binary probabilities: Guo et al. 2017, "On Calibration of Modern Neural Networks". */

/**
 * A float32 sigmoid gives 0 below a logit of about -88 and 1 above 17. The logit of what it cannot tell apart is that of
 * the nearest value it can.
 */
const SMALLEST = 2 ** -126;
const LARGEST = 1 - 2 ** -24;

/** ln(p / (1 - p)), finite for 0 and 1 too: of p bounded to 2^-126 and 1 - 2^-24. */
export function logitOf(probability: number): number {
  const bounded = Math.min(Math.max(probability, SMALLEST), LARGEST);
  return Math.log(bounded) - Math.log1p(-bounded);
}

/** sigmoid(logit(p) / T), T > 0, in float64. */
export function scaleProbability(probability: number, temperature: number): number {
  return 1 / (1 + Math.exp(-logitOf(probability) / temperature));
}
