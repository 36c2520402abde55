import type { ClassDrift } from '../../evaluation.js';
import type { Markup } from '../markup.js';
import type { Drawing } from './drawing.js';
import { PANEL_WIDTH } from './frame.js';

/** Shares of rows per bin of the baseline: bars for now, a stepped line for the baseline. */
export function drawShift(drawing: Drawing, drift: ClassDrift, description: string): Markup {
  const { plot } = drawing;
  const now = shares(drift.counts);
  const before = shares(drift.baselineCounts);
  const bars = now.map((share, bin) => ({ from: bin + 0.08, to: bin + 0.92, share }));
  const steps = before.flatMap((share, bin) => [
    { x: bin, y: share },
    { x: bin + 1, y: share },
  ]);
  const highest = Math.max(0.05, ...now, ...before);
  return drawing.draw(
    {
      width: PANEL_WIDTH,
      height: 200,
      marginTop: 26,
      marginLeft: 42,
      marginRight: 8,
      marginBottom: 34,
      x: {
        domain: [0, now.length],
        ticks: [],
        label: 'bins of the baseline, low to high probability',
        labelAnchor: 'center',
        labelArrow: 'none',
      },
      y: {
        domain: [0, highest * 1.05],
        ticks: 4,
        tickSize: 0,
        tickFormat: (share: number) => `${Math.round(share * 100)} %`,
        label: 'share of rows',
        labelArrow: 'none',
      },
      marks: [
        plot.gridY({ stroke: 'var(--rule)', strokeOpacity: 1, ticks: 4 }),
        plot.rect(bars, {
          x1: 'from',
          x2: 'to',
          y1: 0,
          y2: 'share',
          fill: 'var(--series-1)',
          fillOpacity: 0.6,
        }),
        plot.line(steps, {
          x: 'x',
          y: 'y',
          stroke: 'var(--series-2)',
          strokeWidth: 2,
          strokeDasharray: '6 3',
        }),
        plot.ruleY([0], { stroke: 'var(--muted)' }),
      ],
    },
    description,
  );
}

function shares(counts: readonly number[]): number[] {
  const total = counts.reduce((sum, rows) => sum + rows, 0);
  return counts.map((rows) => (total === 0 ? 0 : rows / total));
}
