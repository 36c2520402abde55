import type { DataSection } from './evaluation.js';
import type { DataInput } from './inputs.js';
import { anyOf } from './metrics/flags.js';
import { rowsByCombination, type Scores } from './scores.js';

/** What the figures rest on, with what they do not: the rows without an answer. */
export function dataSection({ name, sha256, unjudged = {}, unseen }: DataInput, scores: Scores): DataSection {
  const { rows, labels, classNames } = scores;
  const lost = Object.values(unjudged).reduce((sum, count) => sum + count, 0);
  return {
    name,
    sha256,
    labelled: labels !== null,
    rows: rows + lost,
    judged: rows,
    unjudged: { rows: lost, byCode: unjudged },
    classes: classNames,
    prevalence:
      labels?.map((column) => {
        const positives = onesIn(column);
        return { positives, share: rows === 0 ? 0 : positives / rows };
      }) ?? null,
    harmful: labels && onesIn(anyOf(labels, rows)),
    byCombination: Object.fromEntries(
      [...rowsByCombination(scores)].map(([combination, own]) => [combination, own.length]),
    ),
    ...(unseen && { unseen }),
  };
}

function onesIn(column: Uint8Array): number {
  return column.reduce((sum, value) => sum + value, 0);
}
