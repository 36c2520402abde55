import type { Confusion } from '../../evaluation.js';
import type { Markup } from '../markup.js';
import { count, percent } from '../numbers.js';
import type { Drawing } from './drawing.js';

/** Two by two: what was so against what was predicted. Each row is shaded by its own shares. */
export function drawConfusion(drawing: Drawing, { tn, fp, fn, tp }: Confusion, description: string): Markup {
  const { plot } = drawing;
  const cells = [
    cell('positive', 'predicted', tp, tp + fn, 'caught', true),
    cell('positive', 'not predicted', fn, tp + fn, 'missed', false),
    cell('negative', 'predicted', fp, tn + fp, 'false alarm', false),
    cell('negative', 'not predicted', tn, tn + fp, 'left alone', true),
  ];
  const xy = { x: 'predicted', y: 'actual' } as const;
  return drawing.draw(
    {
      width: 300,
      height: 176,
      marginTop: 22,
      marginLeft: 56,
      marginRight: 2,
      marginBottom: 2,
      x: { domain: ['predicted', 'not predicted'], label: null, axis: 'top', tickSize: 0 },
      y: { domain: ['positive', 'negative'], label: null, tickSize: 0 },
      marks: [
        plot.cell(cells, {
          ...xy,
          inset: 1.5,
          rx: 3,
          fill: ({ right }: Cell) => (right ? 'var(--series-1)' : 'var(--series-2)'),
          fillOpacity: ({ share }: Cell) => 0.06 + 0.34 * share,
          stroke: ({ right }: Cell) => (right ? 'var(--series-1)' : 'var(--series-2)'),
          strokeDasharray: 'none',
        }),
        plot.text(cells, { ...xy, dy: -12, text: 'rows', fontSize: 16, fontWeight: 600 }),
        plot.text(cells, { ...xy, dy: 6, text: 'percent', fontSize: 11 }),
        plot.text(cells, { ...xy, dy: 22, text: 'meaning', fontSize: 11 }),
      ],
      color: { type: 'identity' },
      opacity: { type: 'identity' },
    },
    description,
  );
}

interface Cell {
  readonly actual: string;
  readonly predicted: string;
  readonly rows: string;
  readonly share: number;
  readonly percent: string;
  readonly meaning: string;
  readonly right: boolean;
}

function cell(
  actual: string,
  predicted: string,
  rows: number,
  of: number,
  meaning: string,
  right: boolean,
): Cell {
  const share = of === 0 ? 0 : rows / of;
  return {
    actual,
    predicted,
    rows: count(rows),
    share,
    percent: percent(of === 0 ? null : share),
    meaning,
    right,
  };
}
