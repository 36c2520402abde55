import type { SweepSection } from '../../evaluation.js';
import type { Markup } from '../markup.js';
import { thresholdText } from '../numbers.js';
import type { Drawing } from './drawing.js';
import { thin, unitPanel } from './frame.js';

/** The lines of a sweep: told apart by dash, by colour and by the letter at their end. */
export const SWEEP_LINES = [
  { key: 'f1', label: 'F1', color: 'var(--series-1)', dash: 'none', width: 2.25 },
  { key: 'precision', label: 'precision', color: 'var(--series-2)', dash: '7 3', width: 1.75 },
  { key: 'recall', label: 'recall', color: 'var(--series-3)', dash: '2 3', width: 1.75 },
  { key: 'flagRate', label: 'flagged', color: 'var(--muted)', dash: '9 3 2 3', width: 1.25 },
] as const;

export interface SweepPanel {
  readonly sweep: SweepSection;
  readonly threshold: number;
  readonly review?: { readonly from: number; readonly to: number };
  readonly description: string;
}

/** What every threshold would give, with the chosen one and the band that goes to human review. */
export function drawSweep(drawing: Drawing, panel: SweepPanel): Markup {
  const { plot } = drawing;
  const { sweep, threshold, review } = panel;
  const lines = SWEEP_LINES.map((line) => ({
    ...line,
    points: thin(sweep.thresholds.map((x, index) => ({ x, y: sweep[line.key][index] ?? 0 }))),
  }));
  const ends = spread(lines.map(({ points }) => points.at(-1)?.y ?? 0));
  const labelled = lines.map(({ label, color }, index) => ({ x: 1, y: ends[index] ?? 0, label, color }));
  const band = review !== undefined && review.to > review.from ? [review] : [];
  const marks = [
    plot.rect(band, { x1: 'from', x2: 'to', y1: 0, y2: 1, fill: 'var(--band)', fillOpacity: 0.22 }),
    ...lines.map(({ points, color, dash, width }) =>
      plot.line(points, { x: 'x', y: 'y', stroke: color, strokeDasharray: dash, strokeWidth: width }),
    ),
    plot.ruleX([threshold], { stroke: 'currentColor', strokeWidth: 1.25, y1: 0, y2: 1 }),
    plot.text([threshold], {
      x: (x: number) => x,
      y: 1,
      dy: -8,
      text: (value: number) => thresholdText(value),
      fontWeight: 600,
      fontSize: 11,
    }),
    ...labelled.map((end) =>
      plot.text([end], {
        x: 'x',
        y: 'y',
        text: 'label',
        dx: 5,
        textAnchor: 'start',
        fill: end.color,
        fontSize: 10.5,
      }),
    ),
  ];
  const axes = { x: 'threshold', y: '', marginRight: 58 };
  return drawing.draw(unitPanel(drawing, axes, marks), panel.description);
}

/** Heights moved apart so that labels do not overlap, in the unit of the axis. */
function spread(heights: readonly number[], apart = 0.075): number[] {
  const order = heights.map((_, index) => index).sort((a, b) => (heights[a] ?? 0) - (heights[b] ?? 0));
  const placed = [...heights];
  let floor = -Infinity;
  for (const index of order) {
    floor = Math.max(heights[index] ?? 0, floor + apart);
    placed[index] = floor;
  }
  let ceiling = 1 + apart;
  for (const index of order.reverse()) {
    ceiling = Math.min(placed[index] ?? 0, ceiling - apart);
    placed[index] = ceiling;
  }
  return placed;
}
