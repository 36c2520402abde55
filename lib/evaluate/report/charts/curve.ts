import type { Markup } from '../markup.js';
import { decimal } from '../numbers.js';
import type { Drawing } from './drawing.js';
import { type Point, thin, unitPanel } from './frame.js';

export interface CurvePanel {
  readonly axes: { readonly x: string; readonly y: string };
  readonly points: readonly Point[];
  /** Curves of the other classes, faint behind this one. */
  readonly others: readonly (readonly Point[])[];
  /** What a model without any skill would reach. */
  readonly baseline: readonly [Point, Point];
  /** Where the threshold puts the class. */
  readonly chosen?: { readonly at: Point; readonly label: string };
  readonly description: string;
}

/** A receiver operating characteristic or a precision-recall curve, with the operating point. */
export function drawCurve(drawing: Drawing, panel: CurvePanel): Markup {
  const { plot } = drawing;
  const xy = { x: 'x', y: 'y' } as const;
  const marks = [
    plot.line([...panel.baseline], { ...xy, stroke: 'var(--muted)', strokeDasharray: '4 4', strokeWidth: 1 }),
    ...panel.others.map((points) =>
      plot.line(thin(points, 0.01), { ...xy, stroke: 'var(--faint)', strokeWidth: 1, strokeOpacity: 0.6 }),
    ),
    plot.line(thin(panel.points), { ...xy, stroke: 'var(--series-1)', strokeWidth: 2 }),
  ];
  const { chosen } = panel;
  if (chosen !== undefined) {
    const leftward = chosen.at.x > 0.5;
    marks.push(
      plot.dot([chosen.at], {
        ...xy,
        r: 4.5,
        fill: 'var(--page)',
        stroke: 'var(--series-2)',
        strokeWidth: 2.5,
      }),
      plot.text([chosen.at], {
        ...xy,
        text: () => chosen.label,
        textAnchor: leftward ? 'end' : 'start',
        dx: leftward ? -9 : 9,
        dy: chosen.at.y > 0.15 ? 13 : -13,
        fill: 'var(--series-2)',
        stroke: 'var(--page)',
        strokeWidth: 4,
        fontWeight: 600,
        fontSize: 11,
      }),
    );
  }
  return drawing.draw(unitPanel(drawing, panel.axes, marks), panel.description);
}

/** `0.978 at 0.001`, for descriptions. */
export function pointText({ x, y }: Point): string {
  return `${decimal(y)} at ${decimal(x)}`;
}
