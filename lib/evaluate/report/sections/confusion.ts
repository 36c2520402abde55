import type { BinaryQuality } from '../../evaluation.js';
import { drawConfusion } from '../charts/confusion.js';
import { type Content, html, printable } from '../markup.js';
import { count, figureMarkup } from '../numbers.js';
import { type Context, figure, type Section, table, targetName } from '../section.js';

interface Target {
  readonly label: string | null;
  readonly quality: BinaryQuality;
}

/** Right and wrong answers, class by class and for any harm. */
export function confusion({ evaluation, drawing }: Context): Section | undefined {
  const { summary, classes } = evaluation;
  if (summary === null) return undefined;
  const targets: Target[] = classes.flatMap(({ name, quality }) =>
    quality === null ? [] : [{ label: name, quality }],
  );
  targets.push({ label: null, quality: summary.anyHarmful });
  const panels = targets.map(({ label, quality: { confusion: cells } }) => ({
    title: targetName(label),
    chart: drawConfusion(
      drawing,
      cells,
      `Confusion of ${label === null ? 'any harmful' : printable(label)}: ${cells.tp} caught, ${cells.fn} missed, ${cells.fp} false alarms, ${cells.tn} left alone.`,
    ),
  }));
  const rows = targets.map(({ label, quality }): readonly Content[] => {
    const { tp, fn, fp, tn } = quality.confusion;
    return [
      targetName(label),
      ...[tp, fn, fp, tn].map(count),
      figureMarkup(quality.falseNegativeRate),
      figureMarkup(quality.falsePositiveRate),
    ];
  });
  const head = [
    'Class',
    'Caught (TP)',
    'Missed (FN)',
    'False alarms (FP)',
    'Left alone (TN)',
    'Miss rate',
    'False alarm rate',
  ];
  return {
    id: 'confusion',
    title: 'Confusion by class',
    body: html`${figure(panels, 'Shares are of the row: of all positives, of all negatives. Blue cells are right, orange ones wrong.')}
${table({ caption: 'Confusion by class, at the chosen thresholds', head, rows })}`,
  };
}
