/** An evaluation as the published tables show it, for a terminal. */
import type { Averages, ClassSection, Evaluation, Figure } from '../../evaluate/evaluation.js';
import { count, decimal, figureText, percent, thresholdText } from '../../evaluate/report/numbers.js';
import { alignColumns, leftColumns } from '../terminal/columns.js';

export function renderEvaluation(evaluation: Evaluation): string {
  const { classes, summary, data, model, thresholds, drift } = evaluation;
  const blocks = [
    `${model.name} on ${data.name}: ${count(data.judged)} of ${count(data.rows)} rows judged`,
    alignColumns([
      ['class', 'precision', 'recall', 'F1', 'support', 'ROC-AUC', 'threshold', 'flagged'],
      ...classes.map(classRow),
      ...(summary === null ? [] : averageRows(evaluation)),
    ]),
  ];
  if (summary !== null) {
    const { anyHarmful } = summary;
    blocks.push(
      leftColumns([
        ['f1_macro', figureText(summary.f1.macro)],
        ['f1_micro', figureText(summary.f1.micro)],
        ['roc_macro', figureText(summary.rocAuc.macro)],
        [
          'loss',
          summary.logLoss.value === null ? figureText(summary.logLoss) : summary.logLoss.value.toFixed(4),
        ],
        ['any harmful', `F1 ${figureText(anyHarmful.f1)}, ROC-AUC ${figureText(anyHarmful.rocAuc)}`],
      ]),
    );
  }
  if (drift) {
    const rows = drift.classes.map(({ name, psi, level }) => [name, decimal(psi), level]);
    blocks.push(alignColumns([['drift', 'PSI', 'level'], ...rows]));
  }
  blocks.push(`Thresholds: ${thresholds.source}.`);
  if (model.demonstration)
    blocks.push('This is the demonstration model: its figures mean nothing about real posts.');
  return blocks.join('\n\n');
}

function classRow({ name, quality, threshold, scores }: ClassSection): string[] {
  const rest = [thresholdText(threshold), percent(scores.flagRate.value)];
  if (quality === null) return [name, '', '', '', '', '', ...rest];
  const { precision, recall, f1, support, rocAuc } = quality;
  return [name, value(precision), value(recall), figureText(f1), count(support), figureText(rocAuc), ...rest];
}

function averageRows({ summary, data }: Evaluation): string[][] {
  if (summary === null) return [];
  const { precision, recall, f1, rocAuc } = summary;
  const support = data.prevalence?.reduce((sum, { positives }) => sum + positives, 0) ?? 0;
  return (['micro', 'macro', 'weighted', 'samples'] as const satisfies (keyof Averages)[]).map((name) => [
    `${name} avg`,
    value(precision[name]),
    value(recall[name]),
    figureText(f1[name]),
    count(support),
    name === 'micro' || name === 'macro' ? figureText(rocAuc[name]) : '',
  ]);
}

function value(figure: Figure): string {
  return decimal(figure.value);
}
