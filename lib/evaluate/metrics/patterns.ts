/**
 * Rows that look alike to every threshold: the same labels, flags and decision. There are few kinds of rows, so every
 * figure of a confusion matrix needs only the number of rows of each kind, and a resample one pass over the rows.
 */
export interface Patterns {
  /** N values: the kind of each row, counted from 0. */
  readonly of: Uint32Array;
  /** Per kind its first row, which stands for all. */
  readonly representatives: Uint32Array;
}

/** Kinds of rows by these columns of small whole numbers (0 to 3). */
export function patternsOf(columns: readonly Uint8Array[], rows: number): Patterns {
  const of = new Uint32Array(rows);
  let kinds = rows === 0 ? 0 : 1;
  for (const column of columns) {
    const renumbered = new Int32Array(kinds * 4).fill(-1);
    kinds = 0;
    for (let row = 0; row < rows; row++) {
      const key = (of[row] as number) * 4 + (column[row] as number);
      let kind = renumbered[key] as number;
      if (kind < 0) {
        kind = kinds++;
        renumbered[key] = kind;
      }
      of[row] = kind;
    }
  }
  const representatives = new Uint32Array(kinds);
  for (let row = rows - 1; row >= 0; row--) representatives[of[row] as number] = row;
  return { of, representatives };
}

/** How many rows of each kind there are when row i counts `counts[i]` times. Writes into `sizes`. */
export function countPatterns({ of }: Patterns, counts: Uint8Array, sizes: Float64Array): void {
  sizes.fill(0);
  for (let row = 0; row < of.length; row++) {
    const kind = of[row] as number;
    sizes[kind] = (sizes[kind] as number) + (counts[row] as number);
  }
}
