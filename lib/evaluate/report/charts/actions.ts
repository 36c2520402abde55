import type { DecisionCount } from '../../evaluation.js';
import type { Markup } from '../markup.js';
import { percent } from '../numbers.js';
import type { Drawing } from './drawing.js';
import { PANEL_WIDTH } from './frame.js';

const COLORS = { allow: 'var(--series-3)', review: 'var(--band)', flag: 'var(--series-2)' } as const;

/** Shares of allow, review and flag as bars from a common start, each with its figure. */
export function drawActions(drawing: Drawing, actions: readonly DecisionCount[]): Markup {
  const { plot } = drawing;
  const bars = actions.map(({ action, share }) => ({
    action,
    share: share.value ?? 0,
    text: percent(share.value),
  }));
  return drawing.draw(
    {
      width: PANEL_WIDTH,
      height: 34 * actions.length,
      marginTop: 0,
      marginBottom: 0,
      marginLeft: 52,
      marginRight: 54,
      x: { domain: [0, 1], axis: null },
      y: { domain: actions.map(({ action }) => action), label: null, tickSize: 0 },
      color: { type: 'identity' },
      marks: [
        plot.barX(bars, {
          y: 'action',
          x1: 0,
          x2: 'share',
          fill: ({ action }: (typeof bars)[number]) => COLORS[action],
          insetTop: 4,
          insetBottom: 4,
          rx: 2,
        }),
        plot.text(bars, {
          y: 'action',
          x: 'share',
          dx: 6,
          textAnchor: 'start',
          text: 'text',
          fontSize: 11.5,
        }),
      ],
    },
    `What the policy does: ${bars.map(({ action, text }) => `${action} ${text}`).join(', ')}.`,
  );
}
