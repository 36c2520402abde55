import type { TimelineEntry } from '../../evaluation.js';
import { drawTimeline } from '../charts/timeline.js';
import { type Content, html, name, printable } from '../markup.js';
import { count, decimal, percent } from '../numbers.js';
import { type Context, figure, type Section, table } from '../section.js';

/** Live traffic, period by period. */
export function timeline({ evaluation, drawing }: Context): Section | undefined {
  const periods = evaluation.timeline ?? [];
  if (periods.length === 0) return undefined;
  const { classes } = evaluation.data;
  const highest =
    Math.max(0.01, ...periods.flatMap(({ flagRates }) => flagRates.map((rate) => rate ?? 0))) * 1.1;
  const labels = periods.map(periodText);
  const panels = classes.map((label, index) => {
    const shares = periods.map(({ flagRates }) => flagRates[index] ?? null);
    const told = shares.map((share, period) => `${labels[period] ?? ''} ${percent(share)}`).join(', ');
    const description = `Share flagged as ${printable(label)} by period: ${told}.`;
    return { title: name(label), chart: drawTimeline(drawing, { shares, labels, highest, description }) };
  });
  const rows = periods.map((period): readonly Content[] => [
    periodText(period),
    count(period.judged),
    count(period.unjudged),
    ...classes.map((_, index) => cell(period, index)),
  ]);
  return {
    id: 'timeline',
    title: 'Over time',
    body: html`${figure(panels, 'Share of the judged posts that each class flags. All panels have the same scale.')}
${table({
  caption: 'Traffic by period: share flagged, and PSI against the baseline',
  compact: true,
  head: ['From (UTC)', 'Judged', 'Not judged', ...classes.map(name)],
  rows,
})}
<p class="note">A short period has few posts, and its PSI is then large by chance: below 200 posts none is told.</p>`,
  };
}

function cell({ flagRates, psi }: TimelineEntry, index: number): Content {
  const moved = psi[index] ?? null;
  const below = moved === null ? undefined : html` <span class="interval">PSI ${decimal(moved)}</span>`;
  return html`${percent(flagRates[index] ?? null)}${below}`;
}

/** The day alone where a period begins at midnight. */
function periodText({ from }: TimelineEntry): string {
  const text = from.slice(0, 16).replace('T', ' ');
  return text.endsWith(' 00:00') ? text.slice(0, 10) : text;
}
