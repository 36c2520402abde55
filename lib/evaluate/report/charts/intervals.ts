import type { Figure } from '../../evaluation.js';
import { type Markup, printable } from '../markup.js';
import { decimal, figureText } from '../numbers.js';
import type { Drawing } from './drawing.js';
import { PANEL_WIDTH, shortDecimal } from './frame.js';

export interface IntervalPanel {
  readonly label: string;
  readonly rows: readonly { readonly name: string; readonly figure: Figure }[];
  /** The ends of the axis; panels that are compared share one. */
  readonly domain: readonly [number, number];
}

/** Longer names end in an ellipsis; the tables hold them whole. In ems, measured by the chart library. */
const LABEL_WIDTH = 8.4;
const LABEL_LENGTH = 40;

/** One measure for several classes, groups or slices: a dot for the value, a line for the interval. */
export function drawIntervals(drawing: Drawing, { label, rows, domain }: IntervalPanel): Markup {
  const { plot } = drawing;
  const points = rows.map(({ name, figure }, index) => ({
    index,
    name: printable(name, LABEL_LENGTH),
    ...figure,
  }));
  const defined = points.filter(({ value }) => value !== null);
  const bounded = points.filter(({ low, high }) => low !== null && high !== null);
  const undefinedPoints = points.filter(({ value }) => value === null);
  const indices = points.map(({ index }) => index);
  const options = {
    width: PANEL_WIDTH,
    height: 34 + 26 * rows.length,
    marginTop: 6,
    marginLeft: 104,
    marginRight: 44,
    marginBottom: 26,
    x: { domain: [...domain], ticks: 3, tickFormat: shortDecimal, tickSize: 0, label: null },
    y: { domain: indices, axis: null, label: null, type: 'band' },
    marks: [
      plot.gridX({ stroke: 'var(--rule)', strokeOpacity: 1, ticks: 3 }),
      plot.axisY({
        label: null,
        tickSize: 0,
        lineWidth: LABEL_WIDTH,
        textOverflow: 'ellipsis',
        tickFormat: (index: number) => points[index]?.name ?? '',
      }),
      plot.ruleY(bounded, {
        y: 'index',
        x1: 'low',
        x2: 'high',
        stroke: 'var(--series-1)',
        strokeWidth: 2,
        strokeOpacity: 0.6,
      }),
      plot.dot(defined, { y: 'index', x: 'value', r: 4, fill: 'var(--series-1)' }),
      plot.text(defined, {
        y: 'index',
        frameAnchor: 'right',
        textAnchor: 'start',
        dx: 10,
        fontSize: 11,
        text: ({ value }) => decimal(value),
      }),
      plot.text(undefinedPoints, {
        y: 'index',
        frameAnchor: 'right',
        textAnchor: 'start',
        dx: 10,
        fontSize: 11,
        text: () => decimal(null),
      }),
    ],
  } as const;
  const told = rows.map(({ name, figure }) => `${printable(name)} ${figureText(figure)}`);
  return drawing.draw(options as never, `${label}: ${told.join(', ')}.`);
}

/** From a round number below the lowest bound to 1; from 0 when little would be gained. */
export function upperDomain(figures: readonly Figure[]): readonly [number, number] {
  const bounds = figures.flatMap(({ value, low }) => [value, low].filter((bound) => bound !== null));
  const lowest = Math.max(0, Math.floor((Math.min(1, ...bounds) - 0.02) * 10) / 10);
  return lowest < 0.3 ? [0, 1] : [Math.min(lowest, 0.9), 1];
}

/** From 0 to a round number above the highest bound. */
export function lowerDomain(figures: readonly Figure[]): readonly [number, number] {
  const bounds = figures.flatMap(({ value, high }) => [value, high].filter((bound) => bound !== null));
  const highest = Math.ceil((Math.max(0, ...bounds) + 0.005) * 20) / 20;
  return [0, Math.min(1, Math.max(highest, 0.05))];
}
