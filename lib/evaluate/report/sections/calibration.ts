import type { CalibrationSection, ClassSection } from '../../evaluation.js';
import { drawReliability } from '../charts/reliability.js';
import { type Content, html, type Markup, name, printable } from '../markup.js';
import { count, decimal, figureMarkup, figureText } from '../numbers.js';
import { type Context, figure, type Section, table } from '../section.js';

interface Calibrated {
  readonly entry: ClassSection;
  readonly calibration: CalibrationSection;
}

/** Whether a probability of 0.8 means that four of five such posts are harmful. */
export function calibration({ evaluation, drawing }: Context): Section | undefined {
  const found = evaluation.classes.flatMap((entry): Calibrated[] =>
    entry.calibration === null ? [] : [{ entry, calibration: entry.calibration }],
  );
  if (found.length === 0) return undefined;
  const panels = found.map(({ entry, calibration: { equalWidth } }) => {
    const error =
      entry.quality === null ? `ECE ${decimal(equalWidth.ece)}` : `ECE ${figureText(entry.quality.ece)}`;
    const description = `Reliability of ${printable(entry.name)}: ${error}. ${binsText(equalWidth.bins)}`;
    return {
      title: name(entry.name),
      note: error,
      chart: drawReliability(drawing, { bins: equalWidth.bins, description }),
    };
  });
  const caption = `Dots above the dashed diagonal: the model was too cautious; below: too sure. A dot's area grows with its
rows, its upright line is the 95 % Wilson interval of the share. Bins have equal width.`;
  return {
    id: 'calibration',
    title: 'Calibration',
    body: html`<p class="lead">Whether probabilities mean what they say. Thresholds do not need it; people who read scores do.</p>
${figure(panels, caption)}${errorTable(found)}${binTable(found)}`,
  };
}

function errorTable(found: readonly Calibrated[]): Markup {
  const rows = found.map(
    ({ entry, calibration: { equalWidth, equalMass, temperature } }): readonly Content[] => [
      name(entry.name),
      entry.quality === null ? decimal(equalWidth.ece) : figureMarkup(entry.quality.ece),
      decimal(equalMass.ece),
      ...(entry.quality === null
        ? ['', '']
        : [figureMarkup(entry.quality.brier), figureMarkup(entry.quality.logLoss)]),
      decimal(temperature?.temperature ?? null),
      temperature === null ? '' : `${decimal(temperature.eceBefore)} → ${decimal(temperature.eceAfter)}`,
    ],
  );
  return html`${table({
    caption: 'Calibration errors',
    head: ['Class', 'ECE', 'ECE, equal mass', 'Brier score', 'Log loss', 'Temperature', 'ECE by it'],
    rows,
  })}<p class="note">ECE is the expected calibration error: the mean distance between probability and share of positives, by
rows. The temperature is fitted on these same rows, so its gain is the best case.</p>
`;
}

function binTable(found: readonly Calibrated[]): Markup {
  const [first] = found;
  if (first === undefined) return html``;
  const rows = first.calibration.equalWidth.bins.map((bin, index): readonly Content[] => [
    `${decimal(bin.from)} to ${decimal(bin.to)}`,
    ...found.map(({ calibration: { equalWidth } }) => {
      const here = equalWidth.bins[index];
      if (here === undefined || here.rows === 0) return '';
      return html`${decimal(here.positiveShare)} <span class="interval">${decimal(here.meanProbability)}, n ${count(here.rows)}</span>`;
    }),
  ]);
  return table({
    caption: 'Share of positives by bin, then the mean probability and the rows',
    compact: true,
    head: ['Probability', ...found.map(({ entry }) => name(entry.name))],
    rows,
  });
}

function binsText(bins: CalibrationSection['equalWidth']['bins']): string {
  return bins
    .filter(({ rows }) => rows > 0)
    .map(
      ({ meanProbability, positiveShare }) =>
        `predicted ${decimal(meanProbability)}, observed ${decimal(positiveShare)}`,
    )
    .join('; ');
}
