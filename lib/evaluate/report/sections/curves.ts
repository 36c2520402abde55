import type { ClassSection } from '../../evaluation.js';
import { type CurvePanel, drawCurve, pointText } from '../charts/curve.js';
import type { Point } from '../charts/frame.js';
import { html, name, printable } from '../markup.js';
import { decimal, figureText, thresholdText } from '../numbers.js';
import { type Context, figure, type Panel, type Section } from '../section.js';

/** Beyond this many classes the curves behind a panel would be a thicket, and the file large. */
const MOST_OTHERS = 8;

/** Receiver operating characteristic and precision-recall, each class in its own panel. */
export function curves(context: Context): Section | undefined {
  const roc = panels(context, rocPoints, rocPanel);
  const precisionRecall = panels(context, precisionRecallPoints, precisionRecallPanel);
  if (roc.length === 0 && precisionRecall.length === 0) return undefined;
  const around =
    'The ring is where the chosen threshold puts the class; the faint curves are the other classes.';
  return {
    id: 'curves',
    title: 'Ranking curves',
    body: html`<p class="lead">How well the scores put harmful posts above harmless ones, whatever the threshold.</p>
${roc.length === 0 ? undefined : html`<h3>Receiver operating characteristic</h3>${figure(roc, `${around} Dashed: no skill.`)}`}
${
  precisionRecall.length === 0
    ? undefined
    : html`<h3>Precision and recall</h3>${figure(precisionRecall, `${around} Dashed: no skill, the share of positives. Where positives are rare this pair tells more than the curve above.`)}`
}`,
  };
}

type Points = (entry: ClassSection) => readonly Point[] | undefined;
type Describe = (entry: ClassSection) => Omit<CurvePanel, 'points' | 'others'> & { readonly note: string };

function panels({ evaluation, drawing }: Context, points: Points, describe: Describe): Panel[] {
  const drawn = evaluation.classes.flatMap((entry) => {
    const curve = points(entry);
    return curve === undefined ? [] : [{ entry, curve }];
  });
  return drawn.map(({ entry, curve }) => {
    const { note, ...panel } = describe(entry);
    const others =
      drawn.length > MOST_OTHERS
        ? []
        : drawn.filter((other) => other.entry !== entry).map((other) => other.curve);
    return { title: name(entry.name), note, chart: drawCurve(drawing, { ...panel, points: curve, others }) };
  });
}

function rocPoints({ curves: section }: ClassSection): readonly Point[] | undefined {
  const roc = section?.roc ?? undefined;
  return roc?.falsePositiveRate.map((x, index) => ({ x, y: roc.truePositiveRate[index] ?? 0 }));
}

function precisionRecallPoints({ curves: section }: ClassSection): readonly Point[] | undefined {
  const curve = section?.precisionRecall ?? undefined;
  return curve?.recall.map((x, index) => ({ x, y: curve.precision[index] ?? 0 }));
}

const rocPanel: Describe = (entry) => {
  const { quality, threshold } = entry;
  const at = pointOf(quality?.falsePositiveRate.value, quality?.recall.value);
  const area = quality === null ? '' : `ROC-AUC ${figureText(quality.rocAuc)}`;
  const operating =
    at === undefined
      ? ''
      : ` At threshold ${thresholdText(threshold)}: true positive rate ${pointText(at)} false positive rate.`;
  return {
    axes: { x: 'false positive rate', y: 'true positive rate' },
    baseline: [
      { x: 0, y: 0 },
      { x: 1, y: 1 },
    ],
    ...(at !== undefined && { chosen: { at, label: thresholdText(threshold) } }),
    note: area,
    description: `Receiver operating characteristic of ${printable(entry.name)}. ${area}.${operating}`,
  };
};

const precisionRecallPanel: Describe = (entry) => {
  const { quality, threshold } = entry;
  const at = pointOf(quality?.recall.value, quality?.precision.value);
  const area = quality === null ? '' : `Average precision ${figureText(quality.averagePrecision)}`;
  const share = prevalence(entry);
  const operating =
    at === undefined ? '' : ` At threshold ${thresholdText(threshold)}: precision ${pointText(at)} recall.`;
  return {
    axes: { x: 'recall', y: 'precision' },
    baseline: [
      { x: 0, y: share },
      { x: 1, y: share },
    ],
    ...(at !== undefined && { chosen: { at, label: thresholdText(threshold) } }),
    note: area,
    description: `Precision against recall of ${printable(entry.name)}. ${area}, no skill ${decimal(share)}.${operating}`,
  };
};

function prevalence({ quality }: ClassSection): number {
  if (quality === null) return 0;
  const { tn, fp, fn, tp } = quality.confusion;
  return (fn + tp) / Math.max(1, tn + fp + fn + tp);
}

function pointOf(x: number | null | undefined, y: number | null | undefined): Point | undefined {
  return typeof x === 'number' && typeof y === 'number' ? { x, y } : undefined;
}
