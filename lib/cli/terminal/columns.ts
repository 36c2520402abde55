/** Rows of cells as lines: the first column to the left, the others to the right of their width. */
export function alignColumns(rows: readonly (readonly string[])[]): string {
  return linesOf(rows, (cell, width, column) => (column === 0 ? cell.padEnd(width) : cell.padStart(width)));
}

/** Rows of cells as lines, every column to the left. */
export function leftColumns(rows: readonly (readonly string[])[]): string {
  return linesOf(rows, (cell, width) => cell.padEnd(width));
}

function linesOf(
  rows: readonly (readonly string[])[],
  align: (cell: string, width: number, column: number) => string,
): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.length);
  }
  const lineOf = (row: readonly string[]) =>
    row.map((cell, column) => align(cell, widths[column] ?? 0, column));
  return rows.map((row) => lineOf(row).join('  ').trimEnd()).join('\n');
}
