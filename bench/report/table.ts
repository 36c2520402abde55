/** A cell: text as it stands, a number to three digits, or nothing where it was not measured. */
export type Cell = string | number | undefined;

/** A Markdown table; the first column is left-aligned, the others right. */
export function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const cells = [head, ...rows].map((row) => row.map((cell) => render(cell).replaceAll('|', '\\|')));
  const widths = head.map((_, column) => Math.max(3, ...cells.map((row) => (row[column] ?? '').length)));
  const line = (row: readonly string[]): string =>
    `| ${widths.map((width, column) => pad(row[column] ?? '', width, column)).join(' | ')} |`;
  const rule = `|${widths.map((width, column) => (column === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`;
  const [first = [], ...others] = cells;
  return [line(first), rule, ...others.map(line)].join('\n');
}

function pad(text: string, width: number, column: number): string {
  return column === 0 ? text.padEnd(width) : text.padStart(width);
}

function render(cell: Cell): string {
  return typeof cell === 'number' ? digits(cell) : (cell ?? '');
}

/** Three digits without an exponent; whole numbers from 100 on. */
export function digits(value: number): string {
  if (!Number.isFinite(value)) return '';
  if (Math.abs(value) >= 99.95) return Math.round(value).toLocaleString('en-US');
  return value.toFixed(Math.abs(value) >= 9.995 ? 1 : 2);
}

/** Appends a unit to a number that was measured. */
export function withUnit(value: number | undefined, unit: string): string | undefined {
  return value === undefined || Number.isNaN(value) ? undefined : `${digits(value)}${unit}`;
}
