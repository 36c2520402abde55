import type { ReliabilityBin } from '../../evaluation.js';
import { wilsonInterval } from '../../thresholds/wilson.js';
import type { Markup } from '../markup.js';
import type { Drawing } from './drawing.js';
import { unitPanel } from './frame.js';

export interface ReliabilityPanel {
  readonly bins: readonly ReliabilityBin[];
  readonly description: string;
}

/** Observed share of positives against the predicted probability; on the diagonal, probabilities mean what they say. */
export function drawReliability(drawing: Drawing, { bins, description }: ReliabilityPanel): Markup {
  const { plot } = drawing;
  const points = bins.flatMap(({ rows, meanProbability, positiveShare }) =>
    meanProbability === null || positiveShare === null
      ? []
      : [{ x: meanProbability, y: positiveShare, rows, ...wilsonInterval(positiveShare * rows, rows) }],
  );
  const largest = Math.max(1, ...points.map(({ rows }) => rows));
  const marks = [
    plot.line(
      [
        [0, 0],
        [1, 1],
      ],
      { stroke: 'var(--muted)', strokeDasharray: '4 4', strokeWidth: 1 },
    ),
    plot.ruleX(points, {
      x: 'x',
      y1: 'low',
      y2: 'high',
      stroke: 'var(--series-1)',
      strokeOpacity: 0.55,
      strokeWidth: 1.5,
    }),
    plot.dot(points, {
      x: 'x',
      y: 'y',
      r: ({ rows }: { rows: number }) => 2.5 + 5.5 * Math.sqrt(rows / largest),
      fill: 'var(--series-1)',
      stroke: 'var(--page)',
      strokeWidth: 1,
    }),
  ];
  const options = unitPanel(drawing, { x: 'predicted probability', y: 'share of positives' }, marks);
  return drawing.draw({ ...options, r: { type: 'identity' } }, description);
}
