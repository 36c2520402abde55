import type { Markish, PlotOptions } from '@observablehq/plot';
import type { Drawing } from './drawing.js';

/** Panels are small enough for a phone, so no chart is ever scaled down until its text is unreadable. */
export const PANEL_WIDTH = 300;

const TICKS = [0, 0.25, 0.5, 0.75, 1];

/** A square-ish panel whose axes both run from 0 to 1. */
export function unitPanel(
  { plot }: Drawing,
  axes: { readonly x: string; readonly y: string },
  marks: readonly Markish[],
): PlotOptions {
  const unit = {
    domain: [0, 1],
    ticks: TICKS,
    tickFormat: shortDecimal,
    tickSize: 0,
    labelArrow: 'none',
  } as const;
  return {
    width: PANEL_WIDTH,
    height: 250,
    marginTop: 26,
    marginLeft: 36,
    marginRight: 12,
    marginBottom: 38,
    x: { ...unit, label: axes.x, labelAnchor: 'center' },
    y: { ...unit, label: axes.y },
    marks: [
      plot.gridX(TICKS, { stroke: 'var(--rule)', strokeOpacity: 1 }),
      plot.gridY(TICKS, { stroke: 'var(--rule)', strokeOpacity: 1 }),
      ...marks,
    ],
  };
}

/** 0, 0.5 and 0.25, not 0.00. */
export function shortDecimal(value: number): string {
  return String(Number(value.toFixed(3)));
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Drops the points that no eye could tell from their neighbours; a step in units of the axes. */
export function thin(points: readonly Point[], step = 0.003): Point[] {
  const kept: Point[] = [];
  for (const [index, point] of points.entries()) {
    const last = kept.at(-1);
    const apart = last === undefined || Math.hypot(point.x - last.x, point.y - last.y) >= step;
    if (apart || index === points.length - 1) kept.push(point);
  }
  return kept;
}
