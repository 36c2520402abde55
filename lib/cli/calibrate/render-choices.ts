import { COMBINATIONS } from '../../contract/modality.js';
import type { Figure } from '../../evaluate/evaluation.js';
import type { ClassChoice, ThresholdChoices } from '../../evaluate/thresholds/choice.js';
import { MINIMUM_EXAMPLES } from '../../evaluate/thresholds/choose.js';

const HEADINGS = ['class', 'threshold', 'review', 'positives', 'precision', 'recall', 'F1', 'predicted'];

/** A table for all posts, and one for each combination: thresholds and what they reach, with 95 % intervals. */
export function renderChoices({ all, byCombination }: ThresholdChoices): string {
  const tables = COMBINATIONS.flatMap((combination) => {
    const choices = byCombination[combination];
    return choices === undefined ? [] : [`\nposts with ${combination}\n${table(choices)}`];
  });
  return [table(all), ...tables].join('\n');
}

/** What a reader must know before trusting a choice: too little data, another threshold than the goal's. */
export function warningsOf({ all, byCombination }: ThresholdChoices): string[] {
  const thin = all.flatMap(({ class: name, rows, positives }) => {
    const few = Math.min(positives, rows - positives);
    const kind = positives <= rows - positives ? 'positives' : 'negatives';
    return few < MINIMUM_EXAMPLES
      ? [`${name} has ${few} ${kind}; with fewer than ${MINIMUM_EXAMPLES} the intervals are wide`]
      : [];
  });
  const parts = [...COMBINATIONS.map((name) => [name, byCombination[name] ?? []] as const)];
  const reasons = [
    ...all.map((choice) => ['', choice] as const),
    ...parts.flatMap(([name, choices]) => choices.map((choice) => [`, posts with ${name}`, choice] as const)),
  ];
  return [
    ...thin,
    ...reasons.flatMap(([where, { class: name, reason }]) => (reason ? [`${name}${where}: ${reason}`] : [])),
  ];
}

function table(choices: readonly ClassChoice[]): string {
  const rows = [HEADINGS, ...choices.map(rowOf)];
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function rowOf({ class: name, threshold, band, rows, positives, outcome }: ClassChoice): string[] {
  return [
    name,
    threshold?.toFixed(4) ?? 'none',
    band === null || band.from === band.to
      ? ''
      : `${band.from.toFixed(4)} to ${band.to?.toFixed(4) ?? 'the end'}`,
    `${positives} of ${rows}`,
    outcome ? interval(outcome.precision) : '',
    outcome ? interval(outcome.recall) : '',
    outcome?.f1.toFixed(3) ?? '',
    outcome ? `${(100 * outcome.flagRate).toFixed(2)} %` : '',
  ];
}

function interval({ value, low, high }: Figure): string {
  if (value === null) return 'undefined';
  const bounds = low === null || high === null ? '' : ` (${low.toFixed(3)} to ${high.toFixed(3)})`;
  return `${value.toFixed(3)}${bounds}`;
}
