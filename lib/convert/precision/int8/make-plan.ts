import type { FoldedWeights, Folding } from '../folded-weights.js';
import type { Activations } from './activations.js';
import { linearError } from './error.js';
import type { LinearSite } from './linear-site.js';
import type { Calibration } from './make-folding.js';
import type { LinearPlan, Plan, QuantizedPlan } from './plan.js';
import { activationScale } from './quantize.js';

export interface PlanLimits {
  /** Relative error of a layer's outputs up to which all its channels are quantized. */
  readonly channelError: number;
  /** Most channels that are computed apart. */
  readonly maxExactChannels: number;
  /** Relative error above which the whole layer stays in fp32. */
  readonly layerError: number;
}

/** Normal deviates have an error of about 0.016: what is well above comes from outliers. */
export const DEFAULT_PLAN_LIMITS: PlanLimits = { channelError: 0.025, maxExactChannels: 32, layerError: 0.1 };

/** Chooses how every calibrated layer is computed. Layers of one input share its scale, so that it is quantized once. */
export async function makePlan(
  sites: readonly LinearSite[],
  calibration: Calibration,
  weights: FoldedWeights,
  folding: Folding,
  limits: PlanLimits = DEFAULT_PLAN_LIMITS,
): Promise<Plan> {
  const plan = new Map<string, LinearPlan>();
  for (const [activations, readers] of byInput(sites, calibration)) {
    const matrices: Float32Array[] = [];
    for (const { path, parameters } of readers) matrices.push(await weights.linear(path, parameters.weight));
    const divisors = folding.multipliers.get(readers[0]?.path ?? '');
    const shared = planLinears(activations, matrices, divisors, limits);
    for (const { path } of readers) plan.set(path, shared);
  }
  return plan;
}

function byInput(
  sites: readonly LinearSite[],
  calibration: Calibration,
): ReadonlyMap<Activations, readonly LinearSite[]> {
  const groups = new Map<Activations, LinearSite[]>();
  for (const site of sites) {
    const activations = calibration.get(site.path);
    if (activations !== undefined) groups.set(activations, [...(groups.get(activations) ?? []), site]);
  }
  return groups;
}

/** Few channels are tried first: each costs time, and most layers need none. */
function planLinears(
  activations: Activations,
  matrices: readonly Float32Array[],
  divisors: Float32Array | undefined,
  limits: PlanLimits,
): LinearPlan {
  const folded = (values: Float32Array) =>
    divisors === undefined ? values : values.map((value, channel) => value / (divisors[channel] as number));
  const rows = activations.rows.map(folded);
  const [min, max] = [folded(activations.min), folded(activations.max)];
  const means = folded(activations.means);
  const widest = [...min.keys()].sort((a, b) => span(min, max, b) - span(min, max, a));
  const attempt = (count: number): QuantizedPlan => {
    const exactChannels = widest.slice(0, count).sort((a, b) => a - b);
    const quantized = widest.slice(count);
    const lowest = Math.min(...quantized.map((channel) => min[channel] as number));
    const highest = Math.max(...quantized.map((channel) => max[channel] as number));
    const activation = activationScale(MARGIN * lowest, MARGIN * highest);
    const errors = matrices.map((weight) => linearError({ rows, weight }, activation, exactChannels));
    return { kind: 'int8', activation, fine: false, exactChannels, means, error: Math.max(...errors) };
  };

  let best = attempt(0);
  for (let count = 4; count <= Math.min(limits.maxExactChannels, min.length / 4); count *= 2) {
    if (best.error <= limits.channelError) break;
    const next = attempt(count);
    if (next.error < WORTHWHILE * best.error) best = next;
  }
  return best.error > limits.layerError ? { kind: 'fp32', error: best.error } : best;
}

/**
 * How far the scale reaches beyond the values that calibration saw. Clipping a value costs far more than coarser steps:
 * on the demo's test posts, after calibration with generated ones, probabilities are off by 0.00028 on average with this
 * margin, 0.00058 with none, and 0.0026 where a fifth of the range is cut off.
 */
const MARGIN = 1.3;

/** More exact channels must take this much of the error away. */
const WORTHWHILE = 0.8;

/** How far a channel's values reach from zero. */
function span(min: Float32Array, max: Float32Array, channel: number): number {
  return Math.max(max[channel] as number, -(min[channel] as number));
}
