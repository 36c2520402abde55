import type { Policy } from '../../../contract/policy.js';
import type { ClassSection, Evaluation, SweepSection } from '../../evaluation.js';
import { drawSweep, sweepLegend } from '../charts/sweep.js';
import { type Content, html, type Markup, name, printable } from '../markup.js';
import { decimal, figureMarkup, figureText, thresholdText } from '../numbers.js';
import { type Context, figure, type Section, table } from '../section.js';

/** What each threshold would give, and what the chosen one does. */
export function thresholds(context: Context): Section | undefined {
  const { evaluation, policy, drawing } = context;
  const swept = evaluation.classes.flatMap((entry) =>
    entry.curves === null ? [] : [{ entry, sweep: entry.curves.sweep }],
  );
  if (swept.length === 0) return undefined;
  const panels = swept.map(({ entry, sweep }) => {
    const review = policy?.classes[entry.name]?.review;
    const f1 = entry.quality === null ? '' : `F1 ${figureText(entry.quality.f1)} at the threshold`;
    const description = describeSweep(entry, sweep);
    return {
      title: name(entry.name),
      note: f1,
      chart: drawSweep(drawing, {
        sweep,
        threshold: entry.threshold,
        description,
        ...(review !== undefined && { review: { from: review.from, to: review.to ?? 1 } }),
      }),
    };
  });
  const caption = html`The upright line is the chosen threshold${policy === undefined ? undefined : ', the shaded band what goes to human review'}.
Flagged is the share of all rows at or above the threshold.`;
  return {
    id: 'thresholds',
    title: 'Thresholds',
    body: html`<p class="lead">${evaluation.thresholds.source}</p>
${figure(panels, caption, sweepLegend())}${thresholdTable(evaluation, policy)}${sweepTables(swept)}`,
  };
}

function thresholdTable(
  { classes, thresholds: { byCombination = {} } }: Evaluation,
  policy: Policy | undefined,
): Markup {
  const combinations = Object.entries(byCombination);
  const bands = policy === undefined ? [] : ['Review from', 'Flag from'];
  const rows = classes.map((entry, index): readonly Content[] => {
    const band = policy?.classes[entry.name]?.review;
    return [
      name(entry.name),
      thresholdText(entry.threshold),
      ...combinations.map(([, values]) => optional(values?.[index])),
      ...(policy === undefined ? [] : [optional(band?.from), flagFrom(band)]),
      figureMarkup(entry.scores.flagRate),
    ];
  });
  const head = ['Class', 'Threshold', ...combinations.map(([key]) => `${key} posts`), ...bands, 'Flagged'];
  return table({ caption: 'Chosen thresholds', head, rows });
}

/** Null: no class of this policy flags by itself. */
function flagFrom(band: { readonly to: number | null } | undefined): string {
  return band?.to === null ? 'never' : optional(band?.to);
}

function optional(value: number | undefined): string {
  return value === undefined ? '' : thresholdText(value);
}

/** F1 of all classes at common thresholds, as the charts show it. */
function sweepTables(swept: readonly { entry: ClassSection; sweep: SweepSection }[]): Markup {
  const at = [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95];
  const rows = at.map((threshold): readonly Content[] => [
    thresholdText(threshold),
    ...swept.map(({ sweep }) => {
      const index = nearest(sweep, threshold);
      return html`${decimal(sweep.f1[index] ?? null)} <span class="interval">${decimal(sweep.precision[index] ?? null)} / ${decimal(sweep.recall[index] ?? null)}</span>`;
    }),
  ]);
  return table({
    caption: 'F1, then precision / recall, at round thresholds',
    compact: true,
    head: ['Threshold', ...swept.map(({ entry }) => name(entry.name))],
    rows,
  });
}

/** The first swept threshold from here on: nothing lies between the two. */
function nearest({ thresholds: swept }: SweepSection, threshold: number): number {
  const found = swept.findIndex((value) => value >= threshold - 1e-9);
  return found < 0 ? swept.length - 1 : found;
}

function describeSweep(
  { name: label, threshold, quality }: ClassSection,
  { f1, thresholds: swept }: SweepSection,
): string {
  const best = f1.reduce((top, value, index) => (value > (f1[top] ?? 0) ? index : top), 0);
  const chosen =
    quality === null
      ? ''
      : ` The chosen ${thresholdText(threshold)} gives precision ${decimal(quality.precision.value)}, recall ${decimal(quality.recall.value)}, F1 ${decimal(quality.f1.value)}.`;
  return `Precision, recall, F1 and share flagged of ${printable(label)} by threshold.${chosen} The highest F1, ${decimal(f1[best] ?? null)}, is at ${thresholdText(swept[best] ?? 0)}.`;
}
