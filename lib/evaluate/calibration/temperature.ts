import { logitOf, scaleProbability } from '../../contract/temperature.js';
import type { TemperatureSection } from '../evaluation.js';
import { equalWidthReliability } from './reliability.js';

/** Outside of these a temperature tells that the class cannot be scaled, not how. */
export const TEMPERATURE_RANGE = [0.01, 100] as const;

/**
 * The temperature of one class (Guo et al. 2017): the T that minimises the mean log loss of sigmoid(logit(p) / T). The
 * loss is convex in 1 / T, so its slope has one zero, which bisection finds to the last bits.
 *
 * @returns null for one class alone, or when the best T lies outside {@link TEMPERATURE_RANGE}
 */
export function fitTemperature(probabilities: Float64Array, labels: Uint8Array): number | null {
  const positives = labels.reduce((sum, label) => sum + label, 0);
  if (positives === 0 || positives === labels.length) return null;
  const logits = probabilities.map(logitOf);
  const slope = (inverse: number) => lossSlope(logits, labels, inverse);
  let low = 1 / TEMPERATURE_RANGE[1];
  let high = 1 / TEMPERATURE_RANGE[0];
  if (slope(low) >= 0 || slope(high) <= 0) return null;
  while (high - low > 1e-13 * high) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) break;
    if (slope(middle) < 0) low = middle;
    else high = middle;
  }
  return 2 / (low + high);
}

/** Slope of the summed log loss by the inverse temperature. */
function lossSlope(logits: Float64Array, labels: Uint8Array, inverse: number): number {
  let slope = 0;
  for (let row = 0; row < logits.length; row++) {
    const logit = logits[row] as number;
    slope += logit * (1 / (1 + Math.exp(-inverse * logit)) - (labels[row] as number));
  }
  return slope;
}

/** The fitted temperature and what it gains on the rows that it was fitted to. */
export function temperatureSection(
  probabilities: Float64Array,
  labels: Uint8Array,
): TemperatureSection | null {
  const temperature = fitTemperature(probabilities, labels);
  if (temperature === null) return null;
  const scaled = probabilities.map((value) => scaleProbability(value, temperature));
  return {
    temperature,
    logLossBefore: meanLogLoss(probabilities, labels, 1),
    logLossAfter: meanLogLoss(probabilities, labels, 1 / temperature),
    eceBefore: equalWidthReliability(probabilities, labels).ece ?? 0,
    eceAfter: equalWidthReliability(scaled, labels).ece ?? 0,
  };
}

/** From the logits, so that a probability of 0 or 1 has a finite loss. */
function meanLogLoss(probabilities: Float64Array, labels: Uint8Array, inverse: number): number {
  let sum = 0;
  probabilities.forEach((value, row) => {
    const margin = logitOf(value) * inverse * (labels[row] === 1 ? -1 : 1);
    sum += Math.max(margin, 0) + Math.log1p(Math.exp(-Math.abs(margin)));
  });
  return sum / probabilities.length;
}
