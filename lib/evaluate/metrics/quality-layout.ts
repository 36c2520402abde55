import {
  OVERALL_METRICS,
  type OverallMetric,
  TARGET_METRICS,
  type TargetMetric,
} from '../comparison/comparison.js';

/** Figures about what a policy does, told when there is one. */
export const DECISION_METRICS = ['allow', 'review', 'flag', 'missed', 'wronglyFlagged'] as const;
export type DecisionMetric = (typeof DECISION_METRICS)[number];

const OVERALL_PLACES = placesOf<OverallMetric>(OVERALL_METRICS, 0);
const DECISION_PLACES = placesOf<DecisionMetric>(DECISION_METRICS, OVERALL_METRICS.length);
const TARGETS_START = OVERALL_METRICS.length + DECISION_METRICS.length;
const TARGET_PLACES = placesOf<TargetMetric>(TARGET_METRICS, 0);

/** Where each figure stands in the vector of figures. Target t is class t; the one after the classes is any harmful. */
export const placeOf = {
  overall: (metric: OverallMetric): number => OVERALL_PLACES[metric],
  decision: (metric: DecisionMetric): number => DECISION_PLACES[metric],
  target: (target: number, metric: TargetMetric): number =>
    TARGETS_START + target * TARGET_METRICS.length + TARGET_PLACES[metric],
};

/** How many figures there are for C classes. */
export function figureCount(classes: number): number {
  return TARGETS_START + (classes + 1) * TARGET_METRICS.length;
}

function placesOf<Name extends string>(names: readonly Name[], start: number): Record<Name, number> {
  return Object.fromEntries(names.map((name, index) => [name, start + index])) as Record<Name, number>;
}
