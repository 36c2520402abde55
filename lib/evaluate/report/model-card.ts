/** A model card: Mitchell et al. 2019, "Model Cards for Model Reporting", in the layout of the Hugging Face Hub. */
import type { Policy } from '../../contract/policy.js';
import type { ClassSection, Evaluation, Figure } from '../evaluation.js';
import { printable } from './markup.js';
import { count, decimal, figureText, percent, thresholdText } from './numbers.js';

export interface ModelCardOptions {
  /** Its review bands stand beside the thresholds. @default thresholds alone */
  readonly policy?: Policy;
  /** The command line that makes the evaluation again. @default none is told */
  readonly command?: string;
}

/** Markdown with front matter. Names from data are escaped: they are neither markup nor YAML. */
export function renderModelCard(evaluation: Evaluation, options: ModelCardOptions = {}): string {
  const sections = [
    frontMatter(evaluation),
    opening(evaluation),
    INTENDED_USES,
    data(evaluation),
    metrics(evaluation),
    thresholds(evaluation, options.policy),
    groups(evaluation),
    limits(evaluation),
    ETHICS,
    reproduce(evaluation, options.command),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

/** JSON strings are YAML strings. */
function frontMatter({ model, data, summary }: Evaluation): string {
  const quoted = (text: string): string => JSON.stringify(printable(text));
  const lines = [
    'pipeline_tag: text-classification',
    'tags:',
    '- content-moderation',
    '- hate-speech',
    '- multimodal',
  ];
  const measured = [
    ['f1', 'F1 macro', summary?.f1.macro],
    ['f1', 'F1 micro', summary?.f1.micro],
    ['roc_auc', 'ROC-AUC macro', summary?.rocAuc.macro],
  ] as const;
  const values = measured.filter(([, , figure]) => typeof figure?.value === 'number');
  if (values.length > 0) {
    lines.push('model-index:', `- name: ${quoted(model.name)}`, '  results:', '  - task:');
    lines.push(
      '      type: text-classification',
      '    dataset:',
      `      name: ${quoted(data.name)}`,
      '      type: custom',
      '    metrics:',
    );
    for (const [type, label, figure] of values) {
      lines.push(
        `    - type: ${type}`,
        `      name: ${label}`,
        `      value: ${decimal(figure?.value ?? null)}`,
      );
    }
  }
  return `---\n${lines.join('\n')}\n---`;
}

function opening({ model, data, created }: Evaluation): string {
  const warning = model.demonstration
    ? '\n\n**Demonstration model.** Trained on made-up words and drawn signs. Its figures mean nothing about real posts, and it must never moderate them.'
    : '';
  return `# ${escapeMarkdown(model.name)}${warning}

A classifier of posts with a text, an image or both: ${data.classes.length} independent classes (${data.classes.map(escapeMarkdown).join(', ')}), each with a probability and a threshold.

| | |
|---|---|
| Pack (SHA-256 of its manifest) | ${model.pack === null ? 'not told by the endpoint' : `\`${model.pack}\``} |
| Precision | ${model.precision ?? 'not told'} |
| Evaluated | ${created.slice(0, 10)} on ${escapeMarkdown(data.name)} |`;
}

const INTENDED_USES = `## Intended uses

- To assist human moderators: to order queues, to send likely harmful posts to a person first, to measure trends.
- By teams that have evaluated it on their own recent posts, set thresholds by that, and measure again regularly.

### Out of scope

- Deciding alone about a post or a person, without review and without a way to appeal.
- Law enforcement, employment, credit, or any profile of a person.
- Languages, platforms and kinds of media that the evaluation data do not hold.
- Proof that a post is harmless: what the model misses is measured below, and is never nothing.`;

function data({ data: section }: Evaluation): string {
  const { rows, judged, unjudged, byCombination, prevalence, classes, harmful } = section;
  const modalities = Object.entries(byCombination).map(([key, posts]) => `${key} ${count(posts)}`);
  const codes = Object.entries(unjudged.byCode).map(
    ([code, posts]) => `${count(posts)} ${escapeMarkdown(code)}`,
  );
  const lines = [
    '## Evaluation data',
    '',
    `- ${escapeMarkdown(section.name)}, SHA-256 \`${section.sha256}\``,
    `- ${count(rows)} rows: ${count(judged)} judged, ${count(unjudged.rows)} not judged${codes.length > 0 ? ` (${codes.join(', ')}), which are in no figure and not counted as harmless` : ''}`,
    `- Judged rows by modalities: ${modalities.join(', ')}`,
  ];
  if (harmful !== null) lines.push(`- Rows with at least one label: ${count(harmful)}`);
  const positives = (prevalence ?? []).map(
    (entry, index) =>
      `${escapeMarkdown(classes[index] ?? '')} ${count(entry.positives)} (${percent(entry.share)})`,
  );
  if (positives.length > 0) lines.push(`- Positives: ${positives.join(', ')}`);
  return lines.join('\n');
}

function metrics(evaluation: Evaluation): string {
  const { summary, classes, bootstrap } = evaluation;
  if (summary === null) return '## Metrics\n\nThe data have no labels: nothing is known about quality.';
  const byClass = classes.map(({ name, quality }) =>
    quality === null
      ? [escapeMarkdown(name)]
      : [escapeMarkdown(name), ...figures(quality), count(quality.support)],
  );
  const averages = (['macro', 'micro', 'weighted', 'samples'] as const).map((key) => [
    key,
    ...[summary.precision, summary.recall, summary.f1].map((entry) => figureText(entry[key])),
    ...[summary.rocAuc, summary.averagePrecision].map((entry) =>
      key === 'macro' || key === 'micro' ? figureText(entry[key]) : '',
    ),
    '',
  ]);
  const any = ['any harmful', ...figures(summary.anyHarmful), count(summary.anyHarmful.support)];
  const head = ['Class', 'Precision', 'Recall', 'F1', 'ROC-AUC', 'Average precision', 'Support'];
  const intervals =
    bootstrap === null
      ? 'No intervals were computed.'
      : `In brackets: ${bootstrap.confidence * 100} % intervals, percentile bootstrap over rows, ${count(bootstrap.samples)} samples.`;
  const missed = `At the thresholds below, the share of harmful posts that no class flags is ${figureText(summary.anyHarmful.falseNegativeRate)}; of harmless posts, the share flagged is ${figureText(summary.anyHarmful.falsePositiveRate)}.`;
  return `## Metrics\n\nDefined as in scikit-learn. ${intervals}\n\n${markdownTable(head, [...byClass, ...averages, any])}\n\n${missed}`;
}

function figures(
  quality: Record<'precision' | 'recall' | 'f1' | 'rocAuc' | 'averagePrecision', Figure>,
): string[] {
  const { precision, recall, f1, rocAuc, averagePrecision } = quality;
  return [precision, recall, f1, rocAuc, averagePrecision].map(figureText);
}

function thresholds({ classes, thresholds: { source } }: Evaluation, policy: Policy | undefined): string {
  const row = ({ name, threshold }: ClassSection): string[] => {
    const band = policy?.classes[name]?.review;
    const bounds = policy === undefined ? [] : [boundText(band?.from), boundText(band?.to)];
    return [escapeMarkdown(name), thresholdText(threshold), ...bounds];
  };
  const head = ['Class', 'Threshold', ...(policy === undefined ? [] : ['Review from', 'Flag from'])];
  return `## Thresholds\n\n${escapeMarkdown(source)} A class is predicted when its probability is at or above its threshold.\n\n${markdownTable(head, classes.map(row))}`;
}

/** Null: never by itself. */
function boundText(bound: number | null | undefined): string {
  if (bound === null) return 'never';
  return bound === undefined ? '' : thresholdText(bound);
}

function groups({ fairness = [] }: Evaluation): string {
  if (fairness.length === 0)
    return '## Groups\n\nNo bias audit was made. Evaluate with a group column to make one.';
  const rows = fairness.flatMap(({ column, targets }) =>
    targets
      .filter((target) => target.class === null)
      .flatMap((target) =>
        target.groups.map((group) => [
          `${escapeMarkdown(column)}: ${escapeMarkdown(group.group)}`,
          count(group.rows),
          ...[
            group.subgroupAuc,
            group.bpsnAuc,
            group.bnspAuc,
            group.falsePositiveRate,
            group.falseNegativeRate,
          ].map(figureText),
        ]),
      ),
  );
  const head = ['Group', 'Rows', 'Subgroup AUC', 'BPSN AUC', 'BNSP AUC', 'False alarm rate', 'Miss rate'];
  return `## Groups\n\nAny class against none (Borkan et al. 2019).\n\n${markdownTable(head, rows)}`;
}

function limits({ model, data: { unjudged, rows } }: Evaluation): string {
  const lines = [
    '- The figures hold for data like these. Language, slang and targets of hate change.',
    '- Thresholds that were chosen on the same rows look better than they are.',
    '- Intervals cover the chance in which posts were drawn, not wrong labels, nor posts of another kind.',
    '- The text encoder reads the first tokens only; longer texts are cut, and answers say so.',
  ];
  if (unjudged.rows > 0) lines.push(`- ${percent(unjudged.rows / rows)} of the rows got no answer.`);
  if (model.demonstration) lines.push('- This is a demonstration model without any meaning for real posts.');
  return `## Limits\n\n${lines.join('\n')}`;
}

const ETHICS = `## Ethical considerations

- Errors are not spread evenly: posts that name a group, quote abuse, or reclaim a word are flagged more often than others. Look at the figures by group, and at appeals.
- Missed posts harm those whom they target; false alarms silence people, often of the same groups. Thresholds weigh one against the other and are a decision of people.
- Labels are opinions of annotators, who may lack the context of a post.
- Moderators see disturbing content: queues ordered by the model concentrate it.`;

function reproduce({ created, bootstrap }: Evaluation, command: string | undefined): string {
  const seed =
    bootstrap === null
      ? ''
      : ` The bootstrap is seeded with ${bootstrap.seed}: the same data and pack give the same figures.`;
  const line =
    command === undefined ? '' : `\n\n\`\`\`sh\n${printable(command, 1000).replaceAll('```', '')}\n\`\`\``;
  return `## How to reproduce\n\nCheck the SHA-256 of pack and data above, then evaluate again.${seed} Evaluated ${created}.${line}`;
}

function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

/** Text that Markdown and the HTML inside it leave as it is. */
function escapeMarkdown(text: string): string {
  return printable(text).replace(/[\\`*_{}[\]#|~<>&$]/g, (character) =>
    '<>&'.includes(character) ? `&#${character.charCodeAt(0)};` : `\\${character}`,
  );
}
