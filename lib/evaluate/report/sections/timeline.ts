import { html, name } from '../markup.js';
import { count, decimal, percent } from '../numbers.js';
import { type Context, type Section, table } from '../section.js';

/** Live traffic, period by period. */
export function timeline({ evaluation }: Context): Section | undefined {
  const { timeline: entries, data } = evaluation;
  if (entries === undefined || entries.length === 0) return undefined;
  const start = (from: string): string => from.slice(0, 16).replace('T', ' ');
  const rates = entries.map((entry) => [
    start(entry.from),
    count(entry.judged),
    count(entry.unjudged),
    ...entry.flagRates.map(percent),
  ]);
  const shifts = entries.map((entry) => [start(entry.from), count(entry.judged), ...entry.psi.map(decimal)]);
  const classes = data.classes.map(name);
  const measured = entries.some(({ psi }) => psi.some((value) => value !== null));
  return {
    id: 'timeline',
    title: 'Over time',
    body: html`<p class="lead">Periods begin at these times, in UTC.</p>
${table({ caption: 'Share flagged, by class', head: ['From', 'Judged', 'Not judged', ...classes], rows: rates, compact: true })}
${measured ? table({ caption: 'PSI against the baseline, by class', head: ['From', 'Judged', ...classes], rows: shifts, compact: true }) : undefined}
<p class="note">A short period has few posts, and its PSI is then large by chance: below 200 posts none is told.</p>`,
  };
}
