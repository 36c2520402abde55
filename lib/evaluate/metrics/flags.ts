import { COMBINATIONS } from '../../contract/modality.js';
import type { ThresholdsSection } from '../evaluation.js';
import type { Scores } from '../scores.js';

/** Per class N values: 1 where probability >= the threshold that holds for the row's modalities, else 0. */
export function flagsOf(
  scores: Scores,
  thresholds: Pick<ThresholdsSection, 'all' | 'byCombination'>,
): Uint8Array[] {
  return scores.probabilities.map((column, index) => {
    const byCode = COMBINATIONS.map(
      (combination) => (thresholds.byCombination?.[combination] ?? thresholds.all)[index],
    );
    if (byCode.includes(undefined)) {
      throw new RangeError(`There is no threshold for class ${scores.classNames[index]}.`);
    }
    const limits = Float64Array.from(byCode as number[]);
    return Uint8Array.from(column, (value, row) =>
      Number(value >= (limits[scores.combinations[row] as number] as number)),
    );
  });
}

/** N values: 1 where any column holds a 1. */
export function anyOf(columns: readonly Uint8Array[], rows: number): Uint8Array {
  const any = new Uint8Array(rows);
  for (const column of columns)
    for (let row = 0; row < rows; row++) any[row] = (any[row] as number) | (column[row] as number);
  return any;
}

/** N values: the largest of each row. */
export function largestOf(columns: readonly Float64Array[], rows: number): Float64Array {
  const largest = new Float64Array(rows);
  for (const column of columns) {
    for (let row = 0; row < rows; row++) {
      const value = column[row] as number;
      if (value > (largest[row] as number)) largest[row] = value;
    }
  }
  return largest;
}
