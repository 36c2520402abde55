import type { ReliabilityBin } from '../../evaluation.js';
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
      : [{ x: meanProbability, y: positiveShare, rows, ...wilson(positiveShare, rows) }],
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
    plot.line(points, { x: 'x', y: 'y', stroke: 'var(--series-1)', strokeWidth: 1.5 }),
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

/** Wilson score interval of a share, 95 %: Wilson 1927, "Probable inference". */
function wilson(share: number, rows: number): { low: number; high: number } {
  const z = 1.959964;
  const scale = 1 + z ** 2 / rows;
  const centre = (share + z ** 2 / (2 * rows)) / scale;
  const half = (z / scale) * Math.sqrt((share * (1 - share)) / rows + z ** 2 / (4 * rows ** 2));
  return { low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}
