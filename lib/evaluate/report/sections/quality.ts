import type { Averages, RankingAverages, Summary } from '../../evaluation.js';
import { drawIntervals, upperDomain } from '../charts/intervals.js';
import { type Content, html, type Markup, name } from '../markup.js';
import { count, figureMarkup, thresholdText } from '../numbers.js';
import { type Context, figure, type Section, table } from '../section.js';

const HEAD = ['Precision', 'Recall', 'F1', 'ROC-AUC', 'Average precision'] as const;

/** The published tables' shape: a row per class, then the averages. */
export function quality(context: Context): Section | undefined {
  const { summary } = context.evaluation;
  if (summary === null) return undefined;
  return {
    id: 'quality',
    title: 'Quality by class',
    body: html`${charts(context)}${classTable(context)}${summaryTable(summary)}${rowTable(summary)}`,
  };
}

function classTable({ evaluation }: Context): Markup {
  const rows = evaluation.classes.map((entry): readonly Content[] => {
    const { quality } = entry;
    if (quality === null) return [name(entry.name), thresholdText(entry.threshold)];
    const { precision, recall, f1, rocAuc, averagePrecision, support } = quality;
    const cells = [precision, recall, f1, rocAuc, averagePrecision].map(figureMarkup);
    return [name(entry.name), thresholdText(entry.threshold), count(support), ...cells];
  });
  const caption = 'By class, at the chosen thresholds';
  return table({ caption, head: ['Class', 'Threshold', 'Support', ...HEAD], rows });
}

function summaryTable(summary: Summary): Markup {
  const { precision, recall, f1, rocAuc, averagePrecision } = summary;
  const row = (
    label: string,
    average: keyof Averages,
    ranking?: keyof RankingAverages,
  ): readonly Content[] => [
    label,
    ...[precision, recall, f1].map((averages) => figureMarkup(averages[average])),
    ...[rocAuc, averagePrecision].map((averages) => rankingCell(averages, ranking)),
  ];
  const rows = [
    row('macro', 'macro', 'macro'),
    row('micro', 'micro', 'micro'),
    row('weighted', 'weighted'),
    row('samples', 'samples'),
  ];
  const left = rocAuc.undefinedClasses.length > 0;
  if (left)
    rows.push([
      'macro, where defined',
      '',
      '',
      '',
      figureMarkup(rocAuc.macroDefined),
      figureMarkup(averagePrecision.macroDefined),
    ]);
  return html`${table({ caption: 'Averages', head: ['Average', ...HEAD], rows })}
<p class="note">Macro is the mean over classes; micro counts all cells of all classes together; weighted is the mean by
support; samples is the mean over posts, where a post without labels counts 0.${
    left
      ? html` ROC-AUC is not defined for ${rocAuc.undefinedClasses.map((entry, index) => html`${index > 0 ? ', ' : ''}${name(entry)}`)}.`
      : undefined
  }</p>
`;
}

function rankingCell(averages: RankingAverages, key: keyof RankingAverages | undefined): Content {
  return key === 'macro' || key === 'micro' ? figureMarkup(averages[key]) : undefined;
}

function rowTable(summary: Summary): Markup {
  const { anyHarmful: any } = summary;
  return html`${table({
    caption: 'Any class against none',
    head: ['Question', 'Support', ...HEAD, 'Missed', 'False alarms'],
    rows: [
      [
        'any harmful',
        count(any.support),
        ...[
          any.precision,
          any.recall,
          any.f1,
          any.rocAuc,
          any.averagePrecision,
          any.falseNegativeRate,
          any.falsePositiveRate,
        ].map(figureMarkup),
      ],
    ],
  })}${table({
    caption: 'Whole rows',
    head: ['Figure', 'Value'],
    rows: [
      ['Rows whose every class is right', figureMarkup(summary.subsetAccuracy)],
      ['Share of wrong cells (Hamming loss)', figureMarkup(summary.hammingLoss)],
      ['Log loss', figureMarkup(summary.logLoss)],
    ],
  })}`;
}

function charts({ evaluation, drawing }: Context): Markup {
  const judged = evaluation.classes.flatMap(({ name: label, quality }) =>
    quality === null ? [] : [{ label, quality }],
  );
  const measures = [
    ['Precision', 'precision'],
    ['Recall', 'recall'],
    ['F1', 'f1'],
  ] as const;
  const all = judged.flatMap(({ quality }) => measures.map(([, key]) => quality[key]));
  const domain = upperDomain(all);
  const panels = measures.map(([label, key]) => ({
    title: label,
    chart: drawIntervals(drawing, {
      label,
      domain,
      rows: judged.map(({ label: row, quality }) => ({ name: row, figure: quality[key] })),
    }),
  }));
  const caption = `Each dot is the value on this data${evaluation.bootstrap === null ? '' : ', each line its interval'}. ${axisNote(domain)}`;
  return figure(panels, caption);
}

/** Told wherever an axis does not start at 0. */
export function axisNote([low, high]: readonly [number, number]): string {
  return low === 0 && high === 1 ? '' : `The axes run from ${low} to ${high}.`;
}
