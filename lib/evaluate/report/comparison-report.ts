/** The report of a comparison, as one self-contained HTML file. */
import {
  type Comparison,
  type FlipCounts,
  LOWER_IS_BETTER,
  type MetricDifference,
} from '../comparison/comparison.js';
import { type Content, html, type Markup, name } from './markup.js';
import { count, decimal, figureMarkup, percent, thresholdText } from './numbers.js';
import { renderPage } from './page.js';
import { type Section, table, targetName } from './section.js';

/** What changes from a to b: metrics with intervals of the difference, flipped answers, moved probabilities. */
export async function renderComparison(comparison: Comparison): Promise<string> {
  const { a, b, data, created } = comparison;
  return renderPage({
    title: `${a.model.name} against ${b.model.name}`,
    lead: `${count(data.judged)} posts, ${created.slice(0, 10)}`,
    sections: [sides(comparison), differences(comparison), flips(comparison), probabilities(comparison)],
  });
}

function sides({ a, b, data }: Comparison): Section {
  const rows: (readonly Content[])[] = [
    ['Model', name(a.model.name), name(b.model.name)],
    ['Pack', html`<code>${shortHash(a.model.pack)}</code>`, html`<code>${shortHash(b.model.pack)}</code>`],
    ['Precision', a.model.precision ?? '', b.model.precision ?? ''],
    ...data.classes.map((label, index): readonly Content[] => [
      html`Threshold of ${name(label)}`,
      ...[a, b].map((side) => thresholdText(side.thresholds.all[index] ?? 0)),
    ]),
  ];
  const notices: Content[] = [];
  if (a.model.demonstration || b.model.demonstration) {
    notices.push(
      html`<p><strong>Demonstration model.</strong> Its figures mean nothing about real posts.</p>`,
    );
  }
  if (data.unjudged.rows > 0) {
    notices.push(html`<p><strong>${count(data.unjudged.rows)} of ${count(data.rows)} rows were not judged</strong> by one
side or both. Both sides are compared on the rest.</p>`);
  }
  return {
    id: 'sides',
    title: 'What is compared',
    body: html`${notices.map((notice) => html`<div class="notice" role="note">${notice}</div>`)}
${table({ caption: 'Both sides', head: ['', 'A, the present', 'B, the candidate'], rows })}
<p class="note">Data ${name(data.name)}, SHA-256 <code>${data.sha256}</code>.</p>`,
  };
}

function differences({ metrics, data, bootstrap }: Comparison): Section {
  const scopes: readonly (readonly [Content, string, (metric: MetricDifference) => boolean])[] = [
    ['All classes together', 'All classes', ({ scope }) => scope === 'overall'],
    ['Any harmful', 'Any harmful', ({ scope }) => scope === 'any'],
    ...data.classes.map(
      (label) => [name(label), label, (metric: MetricDifference) => metric.class === label] as const,
    ),
  ];
  return {
    id: 'metrics',
    title: 'Metrics',
    body: html`<p class="note">${
      bootstrap === null
        ? 'No intervals were computed: small differences may be chance.'
        : `Intervals are of the difference itself, by a paired bootstrap of ${count(bootstrap.samples)} samples. Where one holds 0, the data do not tell the two apart.`
    }</p>
${scopes.map(([title, caption, mine]) => html`<h3>${title}</h3>${metricTable(caption, metrics.filter(mine))}`)}`,
  };
}

function metricTable(caption: string, metrics: readonly MetricDifference[]): Markup {
  const rows = metrics.map((entry): readonly Content[] => [
    entry.metric,
    decimal(entry.a),
    decimal(entry.b),
    figureMarkup(entry.difference),
    verdict(entry),
  ]);
  return table({
    caption: `${caption}: A, B and the difference`,
    compact: true,
    head: ['Metric', 'A', 'B', 'B − A', 'Verdict'],
    rows,
  });
}

/** In words, never by colour; only differences whose interval leaves out 0 are called one. */
function verdict({ metric, difference: { low, high } }: MetricDifference): string {
  if (low === null || high === null || (low <= 0 && high >= 0)) return '';
  const rises = low > 0;
  if (metric === 'flagRate') return rises ? 'B flags more' : 'B flags less';
  return rises === LOWER_IS_BETTER.has(metric) ? 'B is worse' : 'B is better';
}

function flips({ flips: entries, data }: Comparison): Section {
  const rows = entries.map((entry: FlipCounts): readonly Content[] => [
    targetName(entry.class),
    count(entry.up.rows),
    corrected(entry.up.corrected),
    count(entry.down.rows),
    corrected(entry.down.corrected),
    percent((entry.up.rows + entry.down.rows) / Math.max(1, data.judged)),
    entry.mcnemar === null ? '' : pValueText(entry.mcnemar.pValue),
  ]);
  const head = [
    'Class',
    'Newly flagged',
    'of these right',
    'No longer flagged',
    'of these right',
    'Changed',
    'McNemar p',
  ];
  return {
    id: 'flips',
    title: 'Changed answers',
    body: html`${table({ caption: 'Answers that change from A to B', head, rows })}
<p class="note">McNemar's test asks whether the posts that only one side gets right are split evenly; a small p speaks
against it.</p>`,
  };
}

function corrected(rows: number | null): string {
  return rows === null ? '' : count(rows);
}

function pValueText(pValue: number): string {
  return pValue < 0.001 ? '< 0.001' : decimal(pValue);
}

function probabilities({ probabilities: moved }: Comparison): Section {
  const rows = moved.map((entry) => [
    name(entry.class),
    entry.mean.toExponential(2),
    entry.max.toExponential(2),
  ]);
  return {
    id: 'probabilities',
    title: 'Probabilities',
    body: table({
      caption: 'Absolute difference of probabilities',
      head: ['Class', 'Mean', 'Largest'],
      rows,
    }),
  };
}

function shortHash(pack: string | null): string {
  return pack ?? 'not told';
}
