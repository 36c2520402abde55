import type { Evaluation, Figure } from '../../evaluation.js';
import { type Content, html, type Markup, name } from '../markup.js';
import { count, decimal, intervalText, percent, REASONS } from '../numbers.js';
import type { Section } from '../section.js';

/** What was measured on what, the main figures, and what a reader must not overlook. */
export function overview({ evaluation }: { readonly evaluation: Evaluation }): Section {
  return {
    id: 'overview',
    title: 'Overview',
    body: html`${notices(evaluation)}${headline(evaluation)}${facts(evaluation)}`,
  };
}

function notices({ data, model, classes }: Evaluation): Markup {
  const notes: Content[] = [];
  if (model.demonstration) {
    notes.push(html`<p><strong>Demonstration model.</strong> It was trained on made-up words and drawn signs. Its figures
      mean nothing about real posts, and it must never moderate them.</p>`);
  }
  if (data.unjudged.rows > 0) {
    const codes = Object.entries(data.unjudged.byCode).map(([code, rows]) => `${count(rows)} ${code}`);
    notes.push(html`<p><strong>${count(data.unjudged.rows)} of ${count(data.rows)} rows were not judged</strong>
      (${percent(data.unjudged.rows / data.rows)}): ${codes.join(', ')}. They are in no figure of this report, and none of
      them is counted as harmless.</p>`);
  }
  if (!data.labelled) {
    notes.push(html`<p><strong>No labels.</strong> Nobody has said which of these posts are harmful, so this report tells
      how the scores are spread, not how good they are.</p>`);
  }
  const scarce = classes.filter(({ quality }) => quality !== null && quality.support < 50);
  if (scarce.length > 0) {
    const told = scarce.map(
      (entry, index) => html`${index > 0 ? ', ' : ''}${name(entry.name)} (${entry.quality?.support ?? 0})`,
    );
    notes.push(
      html`<p><strong>Few positives:</strong> ${told}. Read the figures of these classes by their intervals.</p>`,
    );
  }
  return html`${notes.map(
    (note) => html`<div class="notice" role="note">${note}</div>
`,
  )}`;
}

function headline({ summary, classes }: Evaluation): Markup | undefined {
  if (summary === null) return undefined;
  const { anyHarmful } = summary;
  const ranking = summary.rocAuc.macro.value === null ? summary.rocAuc.macroDefined : summary.rocAuc.macro;
  const tiles: readonly (readonly [string, Figure])[] = [
    [`F1, macro over ${classes.length} classes`, summary.f1.macro],
    ['F1, micro', summary.f1.micro],
    ['ROC-AUC, macro', ranking],
    ['Harmful posts missed', anyHarmful.falseNegativeRate],
    ['Harmless posts flagged', anyHarmful.falsePositiveRate],
  ];
  return html`<dl class="figures">
${tiles.map(([label, figure]) => tile(label, figure))}</dl>
`;
}

function tile(label: string, figure: Figure): Markup {
  const below = figure.reason === undefined ? intervalText(figure) : REASONS[figure.reason];
  return html`<div><dt>${label}</dt><dd><span class="value">${decimal(figure.value)}</span> <span class="interval">${below}</span></dd></div>
`;
}

function facts({ created, data, model, thresholds, bootstrap }: Evaluation): Markup {
  const modalities = Object.entries(data.byCombination).map(([key, rows]) => `${key} ${count(rows)}`);
  const entries: (readonly [string, Content])[] = [
    ['Model', html`${name(model.name)}${model.precision === null ? undefined : `, ${model.precision}`}`],
    ['Pack', model.pack === null ? 'not told by the endpoint' : html`<code>${model.pack}</code>`],
    ['Data', name(data.name)],
    ...(data.unseen === undefined ? [] : [['Not seen', unseenText(data.unseen)] as const]),
    ['Data, SHA-256', html`<code>${data.sha256}</code>`],
    [
      'Rows',
      `${count(data.rows)}, of these judged ${count(data.judged)}, not judged ${count(data.unjudged.rows)}`,
    ],
    ['Judged rows', modalities.join(', ')],
  ];
  if (data.harmful !== null)
    entries.push(['Harmful', `${count(data.harmful)} of ${count(data.judged)} judged rows`]);
  entries.push(
    ['Thresholds', thresholds.source],
    [
      'Intervals',
      bootstrap === null
        ? 'none'
        : `${percent(bootstrap.confidence).replace('.0', '')}, bootstrap of ${count(bootstrap.samples)} samples, seed ${bootstrap.seed}`,
    ],
    ['Made', html`<time datetime="${created}">${created.slice(0, 16).replace('T', ' ')} UTC</time>`],
  );
  return html`<dl class="facts">
${entries.map(
  ([term, value]) => html`<dt>${term}</dt><dd>${value}</dd>
`,
)}</dl>
`;
}

function unseenText({ byCode, review }: NonNullable<Evaluation['data']['unseen']>): string {
  const codes = Object.entries(byCode).map(([code, rows]) => `${code} ${count(rows)}`);
  if (codes.length === 0) return 'nothing: each answer rests on the whole post';
  return `${codes.join(', ')}; ${count(review)} posts go to review for it by the default rules`;
}
