import { expect, test } from '@jest/globals';
import { parseHTML } from 'linkedom';
import type { Comparison, MetricDifference } from '../../../lib/evaluate/comparison/comparison.js';
import { renderComparison } from '../../../lib/evaluate/report/comparison-report.js';
import { madeUpEvaluation } from './made-up.js';

test('the report of a comparison tells better, worse and neither by the interval of the difference', async () => {
  const text = await renderComparison(madeUpComparison());
  const metrics = rowsOf(text, 'racist: A, B and the difference');
  expect(metrics).toEqual([
    ['f1', '0.900', '0.930', '0.030 [0.010, 0.050]', 'B is better'],
    ['falseNegativeRate', '0.900', '0.930', '0.030 [0.010, 0.050]', 'B is worse'],
    ['recall', '0.900', '0.890', '-0.010 [-0.030, 0.010]', ''],
    ['flagRate', '0.900', '0.850', '-0.050 [-0.060, -0.040]', 'B flags less'],
    ['rocAuc', 'n/a', 'n/a', 'n/a no positives', ''],
  ]);
  expect(rowsOf(text, 'Answers that change from A to B')).toEqual([
    ['racist', '12', '9', '3', '1', '0.8 %', '< 0.001'],
    ['any harmful', '0', '0', '0', '0', '0.0 %', '1.000'],
  ]);
  expect(text).toContain('4 of 2,000 rows were not judged');
  expect(text).not.toMatch(/<script|https?:/);
});

test('names of models stay text', async () => {
  const comparison = madeUpComparison();
  const named = { ...comparison.a, model: { ...comparison.a.model, name: '<script>alert(1)</script>' } };
  expect(await renderComparison({ ...comparison, a: named })).not.toMatch(/<script/);
});

function madeUpComparison(): Comparison {
  const { data, model, thresholds, bootstrap } = madeUpEvaluation(['racist']);
  const side = { model, thresholds };
  const differ = (metric: MetricDifference['metric'], b: number, half: number): MetricDifference => ({
    metric,
    scope: 'class',
    class: 'racist',
    a: 0.9,
    b,
    difference: { value: b - 0.9, low: b - 0.9 - half, high: b - 0.9 + half },
  });
  return {
    format: 1,
    created: '2026-11-27T09:00:00.000Z',
    data,
    a: side,
    b: side,
    bootstrap,
    metrics: [
      differ('f1', 0.93, 0.02),
      differ('falseNegativeRate', 0.93, 0.02),
      differ('recall', 0.89, 0.02),
      differ('flagRate', 0.85, 0.01),
      {
        ...differ('rocAuc', 0.9, 0),
        a: null,
        b: null,
        difference: { value: null, low: null, high: null, reason: 'no-positives' },
      },
    ],
    flips: [
      {
        class: 'racist',
        up: { rows: 12, corrected: 9, examples: [] },
        down: { rows: 3, corrected: 1, examples: [] },
        mcnemar: { onlyA: 2, onlyB: 10, pValue: 0.0004 },
      },
      {
        class: null,
        up: { rows: 0, corrected: 0, examples: [] },
        down: { rows: 0, corrected: 0, examples: [] },
        mcnemar: { onlyA: 0, onlyB: 0, pValue: 1 },
      },
    ],
    probabilities: [{ class: 'racist', max: 0.2, mean: 0.001 }],
  };
}

function rowsOf(text: string, caption: string): string[][] {
  const { document } = parseHTML(text);
  const words = (element: { textContent: string | null } | null): string =>
    (element?.textContent ?? '').replace(/\s+/g, ' ').trim();
  const table = [...document.querySelectorAll('table')].find(
    (candidate) => words(candidate.querySelector('caption')) === caption,
  );
  return [...(table?.querySelectorAll('tbody tr') ?? [])].map((row) =>
    [...row.querySelectorAll('th, td')].map(words),
  );
}
