import type { Markup } from '../markup.js';
import type { Drawing } from './drawing.js';
import { PANEL_WIDTH } from './frame.js';

export interface TimelinePanel {
  /** One value a period, in their order; null where nothing is known. */
  readonly shares: readonly (number | null)[];
  /** Of the periods, as the axis tells them: the first and the last. */
  readonly labels: readonly string[];
  /** Upper end of the axis, for panels that are compared. */
  readonly highest: number;
  readonly description: string;
}

/** A share over equal periods; gaps stay gaps. */
export function drawTimeline(
  drawing: Drawing,
  { shares, labels, highest, description }: TimelinePanel,
): Markup {
  const { plot } = drawing;
  const points = shares.map((share, period) => ({ period, share }));
  const last = shares.length - 1;
  const known = points.filter(({ share }) => share !== null);
  const ends = [...new Set([0, last])].map((period) => ({ period, label: labels[period] ?? '' }));
  return drawing.draw(
    {
      width: PANEL_WIDTH,
      height: 150,
      marginTop: 10,
      marginLeft: 42,
      marginRight: 12,
      marginBottom: 26,
      x: { domain: [0, Math.max(1, last)], axis: null },
      y: {
        domain: [0, highest],
        ticks: 3,
        tickSize: 0,
        tickFormat: (share: number) => `${Number((share * 100).toFixed(1))} %`,
        label: null,
      },
      marks: [
        plot.gridY({ stroke: 'var(--rule)', strokeOpacity: 1, ticks: 3 }),
        plot.line(points, { x: 'period', y: 'share', stroke: 'var(--series-1)', strokeWidth: 1.75 }),
        plot.dot(known, { x: 'period', y: 'share', r: 2.5, fill: 'var(--series-1)' }),
        plot.text(ends, {
          x: 'period',
          text: 'label',
          frameAnchor: 'bottom',
          lineAnchor: 'top',
          dy: 8,
          textAnchor: 'start',
          filter: ({ period }: { period: number }) => period === 0,
        }),
        plot.text(ends, {
          x: 'period',
          text: 'label',
          frameAnchor: 'bottom',
          lineAnchor: 'top',
          dy: 8,
          textAnchor: 'end',
          filter: ({ period }: { period: number }) => period > 0,
        }),
      ],
    },
    description,
  );
}
