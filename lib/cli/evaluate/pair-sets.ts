import { ModerationError } from '../../contract/errors.js';
import { isBinary, type PredictionSet, unjudgedByCode } from '../../evaluate/data/predictions-file.js';
import type { JudgedLine } from '../../evaluate/data/predictions-format.js';

export interface PairedSets {
  readonly a: PredictionSet;
  readonly b: PredictionSet;
  /** Rows that either side could not judge, by error code. */
  readonly unjudged: Readonly<Record<string, number>>;
}

/**
 * The rows that both sides judged, in the same order.
 *
 * @throws ModerationError `invalid_configuration` when the two are of other data or other classes
 */
export function pairSets(a: PredictionSet, b: PredictionSet): PairedSets {
  const classes = [a, b].map(({ header }) => header.classes.join(', '));
  if (classes[0] !== classes[1]) throw invalid(`The sides have other classes: ${classes.join(' against ')}.`);
  if (isBinary(a) !== isBinary(b)) throw invalid('One side has labels of classes, the other only 0 or 1.');
  const keys = keysOf(b);
  for (const [row, key] of keysOf(a)) {
    if (keys.get(row) === key) continue;
    throw invalid(
      `Row ${row} of A is ${keys.has(row) ? 'another post' : 'missing'} in B: compare the same data.`,
    );
  }
  if (keys.size > keysOf(a).size) throw invalid('B has more rows than A: compare the same data.');
  const judgedByB = rowsOf(b);
  const judgedByA = rowsOf(a);
  return {
    a: { ...a, judged: a.judged.filter(({ row }) => judgedByB.has(row)) },
    b: { ...b, judged: b.judged.filter(({ row }) => judgedByA.has(row)) },
    unjudged: unjudgedByCode({
      ...a,
      unjudged: [...a.unjudged, ...b.unjudged.filter(({ row }) => judgedByA.has(row))],
    }),
  };
}

/** What examples are named by. */
export function nameOf({ id, row }: JudgedLine): string {
  return id ?? `row ${row}`;
}

function keysOf({ judged, unjudged }: PredictionSet): Map<number, string> {
  return new Map([...judged, ...unjudged].map(({ row, key }) => [row, key]));
}

function rowsOf({ judged }: PredictionSet): Set<number> {
  return new Set(judged.map(({ row }) => row));
}

function invalid(message: string): ModerationError {
  return new ModerationError('invalid_configuration', message);
}
