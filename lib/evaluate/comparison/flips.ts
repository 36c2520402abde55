import type { ComparedInput } from '../inputs.js';
import { anyOf, flagsOf, largestOf } from '../metrics/flags.js';
import type { Scores } from '../scores.js';
import type { FlipCounts, FlipDirection } from './comparison.js';
import { mcnemarPValue } from './mcnemar.js';

/** N values each, of one class or of any harmful. */
interface FlipColumns {
  readonly class: string | null;
  readonly a: Uint8Array;
  readonly b: Uint8Array;
  /** How far the probability moved, b minus a. */
  readonly moved: Float64Array;
  readonly labels: Uint8Array | null;
}

/** Predictions that changed, per class and for any harmful, with at most `examples` rows a direction. */
export function flipsOf(a: ComparedInput, b: ComparedInput, examples: number): FlipCounts[] {
  return columnsOf(a, b).map((columns) => ({
    class: columns.class,
    up: direction(columns, 1, examples),
    down: direction(columns, 0, examples),
    mcnemar: columns.labels && mcnemar(columns, columns.labels),
  }));
}

function columnsOf(a: ComparedInput, b: ComparedInput): FlipColumns[] {
  const { classNames, labels, rows } = a.scores;
  const flags = [a, b].map(({ scores, thresholds }) => flagsOf(scores, thresholds));
  const [ofA = [], ofB = []] = flags;
  const difference = (left: Float64Array, right: Float64Array) =>
    right.map((value, row) => value - (left[row] as number));
  const largest = ({ probabilities }: Scores) => largestOf(probabilities, rows);
  return [
    ...classNames.map((name, index) => ({
      class: name,
      a: ofA[index] as Uint8Array,
      b: ofB[index] as Uint8Array,
      moved: difference(
        a.scores.probabilities[index] as Float64Array,
        b.scores.probabilities[index] as Float64Array,
      ),
      labels: labels?.[index] ?? null,
    })),
    {
      class: null,
      a: anyOf(ofA, rows),
      b: anyOf(ofB, rows),
      moved: difference(largest(a.scores), largest(b.scores)),
      labels: labels && anyOf(labels, rows),
    },
  ];
}

/** Rows that b flags (1) or leaves (0) and a does not. */
function direction({ a, b, moved, labels }: FlipColumns, flagged: number, examples: number): FlipDirection {
  const rows: number[] = [];
  b.forEach((flag, row) => {
    if (flag === flagged && a[row] !== flag) rows.push(row);
  });
  const distance = (row: number) => Math.abs(moved[row] as number);
  return {
    rows: rows.length,
    corrected: labels && rows.filter((row) => labels[row] === flagged).length,
    examples: rows
      .toSorted((left, right) => distance(right) - distance(left) || left - right)
      .slice(0, examples),
  };
}

function mcnemar({ a, b }: FlipColumns, labels: Uint8Array) {
  let onlyA = 0;
  let onlyB = 0;
  labels.forEach((label, row) => {
    if (a[row] === b[row]) return;
    if (a[row] === label) onlyA += 1;
    else onlyB += 1;
  });
  return { onlyA, onlyB, pValue: mcnemarPValue(onlyA, onlyB) };
}
