import type { CurvesSection } from '../evaluation.js';
import { cumulativeCounts, precisionRecallCurve, rocCurve } from './curves.js';
import { sweepOf } from './sweep.js';
import { thinCurve } from './thin-curve.js';

/** The curves of one class, as they are drawn and stored. */
export function curvesSection(scores: Float64Array, labels: Uint8Array): CurvesSection {
  const counts = cumulativeCounts(scores, labels);
  const roc = rocCurve(counts);
  const precisionRecall = precisionRecallCurve(counts);
  const thinRoc = roc && thinCurve(roc);
  const thinPrecisionRecall = precisionRecall && thinCurve(precisionRecall);
  return {
    roc: thinRoc && {
      falsePositiveRate: [...thinRoc.x],
      truePositiveRate: [...thinRoc.y],
      thresholds: withoutInfinity(thinRoc.thresholds),
    },
    precisionRecall: thinPrecisionRecall && {
      precision: [...thinPrecisionRecall.y],
      recall: [...thinPrecisionRecall.x],
      thresholds: withoutInfinity(thinPrecisionRecall.thresholds),
    },
    sweep: sweepOf(counts),
  };
}

function withoutInfinity(thresholds: Float64Array): (number | null)[] {
  return Array.from(thresholds, (value) => (Number.isFinite(value) ? value : null));
}
