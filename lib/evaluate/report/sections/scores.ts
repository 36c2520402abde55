import { drawIntervals, lowerDomain } from '../charts/intervals.js';
import { html, name } from '../markup.js';
import { decimal, figureMarkup, thresholdText } from '../numbers.js';
import { type Context, figure, type Section, table } from '../section.js';
import { axisNote } from './quality.js';

/** How scores are spread: what can be told without labels. */
export function scores({ evaluation, drawing }: Context): Section | undefined {
  const { classes } = evaluation;
  if (evaluation.summary !== null) return undefined;
  const rows = classes.map((entry) => ({ name: entry.name, figure: entry.scores.flagRate }));
  const domain = lowerDomain(rows.map((row) => row.figure));
  const label = 'Share flagged';
  const chart = drawIntervals(drawing, { label, rows, domain });
  return {
    id: 'scores',
    title: 'Scores',
    body: html`${figure([{ title: label, note: axisNote(domain), chart }], 'Share of the judged posts at or above the threshold of each class.')}
${table({
  caption: 'Scores by class',
  head: ['Class', 'Threshold', 'Flagged', 'Mean probability'],
  rows: classes.map((entry) => [
    name(entry.name),
    thresholdText(entry.threshold),
    figureMarkup(entry.scores.flagRate),
    decimal(entry.scores.mean),
  ]),
})}`,
  };
}
