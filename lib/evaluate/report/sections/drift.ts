import type { ClassDrift, DriftLevel } from '../../evaluation.js';
import { drawShift } from '../charts/shift.js';
import { html, type Markup, name, printable } from '../markup.js';
import { count, decimal, percent, thresholdText } from '../numbers.js';
import { type Context, figure, type Section, table } from '../section.js';

const LEVELS: Readonly<Record<DriftLevel, string>> = {
  stable: 'stable',
  moderate: 'moderate shift',
  major: 'major shift',
};

/** Whether scores have moved since the evaluation that is the baseline. */
export function drift({ evaluation, drawing }: Context): Section | undefined {
  const section = evaluation.drift;
  if (section === undefined) return undefined;
  const { baseline, limits, classes } = section;
  const panels = classes.map((entry) => ({
    title: name(entry.name),
    note: `PSI ${decimal(entry.psi)}, ${LEVELS[entry.level]}`,
    chart: drawShift(drawing, entry, describe(entry)),
  }));
  const moved = classes.filter(({ level }) => level !== 'stable');
  const rows = classes.map((entry) => [
    name(entry.name),
    decimal(entry.psi),
    decimal(entry.byChance),
    LEVELS[entry.level],
    decimal(entry.ks),
    percent(entry.flagRate.baseline),
    percent(entry.flagRate.now),
  ]);
  return {
    id: 'drift',
    title: 'Drift',
    body: html`<p class="lead">Against ${name(baseline.name)} of ${baseline.created.slice(0, 10)}, ${count(baseline.rows)} rows.</p>
${verdict(moved, classes.length)}
${figure(panels, 'Bars: share of these rows in each bin of the baseline; dashed line: the baseline itself. Equal heights mean that nothing moved.')}
${table({ caption: 'Drift by class', head: ['Class', 'PSI', 'By chance, up to', 'Level', 'KS, at least', 'Flagged before', 'Flagged now'], rows })}
<p class="note">The population stability index is 0 when the scores are spread as before. By rule of thumb it is stable below
${thresholdText(limits.moderate)} and calls for action from ${thresholdText(limits.major)} on. What two samples of these sizes reach by chance, 95 times in 100, is stable
as well. Drift tells that posts or model have changed, not that answers have become worse: label a sample to find out.</p>`,
  };
}

function verdict(moved: readonly ClassDrift[], classes: number): Markup {
  if (moved.length === 0) return html`<p>The scores of all ${classes} classes are stable.</p>`;
  const told = moved.map(
    (entry, index) =>
      html`${index > 0 ? ', ' : ''}${name(entry.name)} (${LEVELS[entry.level]}, PSI ${decimal(entry.psi)})`,
  );
  return html`<div class="notice" role="note"><p><strong>Scores have moved:</strong> ${told}.</p></div>`;
}

function describe({ name: label, psi, level, counts, baselineCounts }: ClassDrift): string {
  const total = counts.reduce((sum, rows) => sum + rows, 0);
  const before = baselineCounts.reduce((sum, rows) => sum + rows, 0);
  const bins = counts.map(
    (rows, bin) =>
      `${percent((baselineCounts[bin] ?? 0) / Math.max(1, before))} to ${percent(rows / Math.max(1, total))}`,
  );
  return `Spread of the scores of ${printable(label)}: PSI ${decimal(psi)}, ${LEVELS[level]}. Share of rows by bin, baseline to now: ${bins.join(', ')}.`;
}
