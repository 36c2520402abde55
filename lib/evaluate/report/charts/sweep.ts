import type { SweepSection } from '../../evaluation.js';
import { html, type Markup } from '../markup.js';
import { thresholdText } from '../numbers.js';
import type { Drawing } from './drawing.js';
import { thin, unitPanel } from './frame.js';

/** The lines of a sweep: told apart by dash as well as by colour. */
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
  ];
  const axes = { x: 'threshold', y: '' };
  return drawing.draw(unitPanel(drawing, axes, marks), panel.description);
}

/** A sample of each line with its name. */
export function sweepLegend(): Markup {
  const items = SWEEP_LINES.map(
    ({
      label,
      color,
      dash,
      width,
    }) => html`<li><svg width="34" height="8" aria-hidden="true"><line x1="0" x2="34" y1="4" y2="4" stroke="${color}" stroke-width="${width}" stroke-dasharray="${dash}"/></svg>${label}</li>
`,
  );
  return html`<ul class="legend">
${items}</ul>
`;
}
