import type { Figure, Slice, Summary } from '../../evaluation.js';
import { drawIntervals, lowerDomain, upperDomain } from '../charts/intervals.js';
import { type Content, html, type Markup, name } from '../markup.js';
import { count, figureMarkup, UNDEFINED } from '../numbers.js';
import { type Context, figure, type Section, table } from '../section.js';
import { axisNote } from './quality.js';

/** Quality by the modalities that posts have, and what each modality adds. */
export function modalities(context: Context): Section | undefined {
  const { combinations, ablation = [] } = context.evaluation;
  if (combinations.length + ablation.length === 0) return undefined;
  return {
    id: 'modalities',
    title: 'Modalities',
    body: html`${
      combinations.length === 0
        ? undefined
        : html`<h3>By what posts have</h3>
<p class="note">Disjoint parts of the data: posts with a text only, an image only, or both.</p>
${slices(context, combinations, 'By modalities of the post')}`
    }
${
  ablation.length === 0
    ? undefined
    : html`<h3>Ablation</h3>
<p class="note">The same posts, all with text and image, judged whole and with one modality withheld. The difference is
what the other modality adds.</p>
${slices(context, ablation, 'Ablation')}`
}`,
  };
}

function slices(context: Context, parts: readonly Slice[], caption: string): Markup {
  return html`${charts(context, parts)}${summaryTable(parts, caption)}${classTable(parts, caption)}`;
}

const MEASURES: readonly (readonly [string, (summary: Summary) => Figure, 'upper' | 'lower'])[] = [
  ['F1, micro', ({ f1 }) => f1.micro, 'upper'],
  [
    'ROC-AUC, macro',
    ({ rocAuc }) => (rocAuc.macro.value === null ? rocAuc.macroDefined : rocAuc.macro),
    'upper',
  ],
  ['Harmful posts missed', ({ anyHarmful }) => anyHarmful.falseNegativeRate, 'lower'],
];

function charts({ drawing }: Context, parts: readonly Slice[]): Markup | undefined {
  const measured = parts.flatMap(({ name: label, summary }) =>
    summary === null ? [] : [{ label, summary }],
  );
  if (measured.length === 0) return undefined;
  const panels = MEASURES.map(([label, of, side]) => {
    const rows = measured.map((part) => ({ name: part.label, figure: of(part.summary) }));
    const figures = rows.map((row) => row.figure);
    const domain = side === 'upper' ? upperDomain(figures) : lowerDomain(figures);
    return { title: label, note: axisNote(domain), chart: drawIntervals(drawing, { label, rows, domain }) };
  });
  return figure(
    panels,
    'Missed: share of harmful posts that no class flags; less is better. Macro F1, in the table, counts 0 for a class that has no positives among these posts.',
  );
}

function summaryTable(parts: readonly Slice[], caption: string): Markup {
  const rows = parts.map(({ name: label, rows: posts, summary }): readonly Content[] => {
    if (summary === null) return [label, count(posts), '', '', '', '', ''];
    const { f1, rocAuc, anyHarmful } = summary;
    const ranking = rocAuc.macro.value === null ? rocAuc.macroDefined : rocAuc.macro;
    const figures = [f1.macro, f1.micro, ranking, anyHarmful.falseNegativeRate, anyHarmful.falsePositiveRate];
    return [label, count(posts), ...figures.map(figureMarkup)];
  });
  const head = ['Modalities', 'Posts', 'F1 macro', 'F1 micro', 'ROC-AUC macro', 'Missed', 'False alarms'];
  return table({ caption: `${caption}: summary`, head, rows });
}

function classTable(parts: readonly Slice[], caption: string): Markup {
  const [first] = parts;
  const labelled = first?.summary !== null;
  const rows = (first?.classes ?? []).map(({ name: label }, index): readonly Content[] => [
    name(label),
    ...parts.map(({ classes }) => cell(classes[index], labelled)),
  ]);
  const what = labelled ? 'F1 by class, with its positives' : 'share flagged by class';
  return table({ caption: `${caption}: ${what}`, head: ['Class', ...parts.map((part) => part.name)], rows });
}

function cell(entry: Slice['classes'][number] | undefined, labelled: boolean): Content {
  if (entry === undefined) return '';
  if (!labelled || entry.quality === null) return figureMarkup(entry.flagRate);
  if (entry.quality.support === 0) return html`${UNDEFINED} <span class="interval">no positives</span>`;
  return html`${figureMarkup(entry.quality.f1)}<span class="interval">n ${count(entry.quality.support)}</span>`;
}
