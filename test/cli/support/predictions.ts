import { writeFile } from 'node:fs/promises';

export interface MadeRow {
  readonly a: number;
  readonly b: number;
  readonly labels: readonly string[];
  readonly id?: string;
}

/** A predictions file of the classes `a` and `b`, thresholds 0.5. */
export async function writePredictions(
  path: string,
  rows: readonly (MadeRow | { readonly code: string })[],
  header: object = {},
): Promise<void> {
  const first = {
    predictions: 1,
    classes: ['a', 'b'],
    thresholds: [0.5, 0.5],
    model: { name: 'paper', pack: 'f'.repeat(64), precision: 'fp32', demonstration: false },
    data: { name: 'made up', sha256: '0'.repeat(64), rows: rows.length },
    ...header,
  };
  const lines = rows.map((row, index) => {
    const base = { row: index + 1, key: `k${index}` };
    if ('code' in row)
      return { ...base, error: { code: row.code, message: 'told by a test', retryable: false } };
    const { a, b, labels, id } = row;
    return { ...base, id, probabilities: { a, b }, modalities: ['text'], labels };
  });
  await writeFile(path, [first, ...lines].map((line) => `${JSON.stringify(line)}\n`).join(''));
}
