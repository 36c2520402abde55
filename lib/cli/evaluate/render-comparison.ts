import { type Comparison, LOWER_IS_BETTER } from '../../evaluate/comparison/comparison.js';
import { count, decimal, figureText, percent } from '../../evaluate/report/numbers.js';
import { alignColumns, leftColumns } from '../terminal/columns.js';
import type { Gate } from './gates.js';

/** The metrics that a terminal has room for; comparison.json holds all. */
const SHOWN = ['f1.macro', 'f1.micro', 'precision.macro', 'recall.macro', 'rocAuc.macroDefined', 'logLoss'];

/** @param nameOf what a compared row is called, by its index */
export function renderComparisonTable(
  comparison: Comparison,
  gates: readonly Gate[],
  nameOf: (index: number) => string,
): string {
  const { a, b, data, metrics, flips } = comparison;
  const shown = metrics.filter(({ scope, metric }) => scope === 'overall' && SHOWN.includes(metric));
  const f1 = metrics.filter(({ scope, metric }) => scope === 'class' && metric === 'f1');
  const rows = [...shown, ...f1].map((entry) => [
    entry.class === null ? entry.metric : `F1 of ${entry.class}`,
    decimal(entry.a),
    decimal(entry.b),
    figureText(entry.difference),
    LOWER_IS_BETTER.has(entry.metric) ? 'less is better' : '',
  ]);
  const examples = ({ up, down }: (typeof flips)[number]) =>
    [...up.examples, ...down.examples].slice(0, 5).map(nameOf).join(', ');
  return [
    `A ${a.model.name} against B ${b.model.name} on ${data.name}: ${count(data.judged)} rows`,
    alignColumns([['metric', 'A', 'B', 'B - A', ''], ...rows]),
    leftColumns([
      ['labels that flip', 'A no, B yes', 'A yes, B no', 'examples'],
      ...flips.map((flip) => [
        flip.class ?? 'any harmful',
        share(flip.up.rows, data.judged),
        share(flip.down.rows, data.judged),
        examples(flip),
      ]),
    ]),
    ...(gates.length === 0 ? [] : [gateLines(gates)]),
  ].join('\n\n');
}

function gateLines(gates: readonly Gate[]): string {
  return leftColumns([
    ['gate', 'value', 'limit', ''],
    ...gates.map(({ name, value, limit, passed }) => [
      name,
      value === null ? 'undefined' : value.toFixed(4),
      String(limit),
      passed ? 'passed' : 'FAILED',
    ]),
  ]);
}

function share(rows: number, all: number): string {
  return `${count(rows)} (${percent(all === 0 ? null : rows / all)})`;
}
