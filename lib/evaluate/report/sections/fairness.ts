import type { FairnessSection, FairnessTarget, Figure, GroupQuality } from '../../evaluation.js';
import { drawIntervals, lowerDomain, upperDomain } from '../charts/intervals.js';
import { type Content, html, type Markup, name, printable } from '../markup.js';
import { count, figureMarkup } from '../numbers.js';
import { type Context, figure, type Panel, type Section, table, targetName } from '../section.js';
import { axisNote } from './quality.js';

/** More groups than this stand in the tables alone. */
const MOST_DRAWN = 24;

/** Whether the model is worse, or harsher, for some groups. */
export function fairness(context: Context): Section | undefined {
  const columns = context.evaluation.fairness ?? [];
  if (columns.length === 0) return undefined;
  return {
    id: 'groups',
    title: 'Bias audit by group',
    body: html`<p class="lead">Quality within each group and against the background of all other posts.</p>
<ul class="note">
<li>Subgroup AUC: ranking within the group.</li>
<li>BPSN AUC (background positive, subgroup negative): low when harmless posts of the group score too high, so that they
are flagged for naming the group.</li>
<li>BNSP AUC (background negative, subgroup positive): low when harmful posts of the group score too low, so that the
group is not protected.</li>
</ul>
${columns.map((column) => columnMarkup(context, column))}`,
  };
}

function columnMarkup({ drawing }: Context, section: FairnessSection): Markup {
  const { column, targets, minimumRows, ungrouped } = section;
  const any = targets.find((target) => target.class === null) ?? targets.at(-1);
  return html`<h3>Column ${name(column)}</h3>
<p class="note">Groups with fewer than ${count(minimumRows)} rows get no figures. ${count(ungrouped)} rows are in no group.</p>
${any === undefined || any.groups.length > MOST_DRAWN ? undefined : figure(panels(any, drawing), html`Column ${name(column)}, ${targetName(any.class)}.`)}
${targets.map((target) => groupTable(column, target))}`;
}

type Measure = readonly [string, (group: GroupQuality) => Figure, 'upper' | 'lower'];

const MEASURES: readonly Measure[] = [
  ['Subgroup AUC', (group) => group.subgroupAuc, 'upper'],
  ['BPSN AUC', (group) => group.bpsnAuc, 'upper'],
  ['BNSP AUC', (group) => group.bnspAuc, 'upper'],
  ['False alarms', (group) => group.falsePositiveRate, 'lower'],
  ['Missed', (group) => group.falseNegativeRate, 'lower'],
  ['Flagged', (group) => group.flagRate, 'lower'],
];

function panels({ groups }: FairnessTarget, drawing: Context['drawing']): Panel[] {
  return MEASURES.map(([label, of, side]) => {
    const rows = groups.map((group) => ({ name: group.group, figure: of(group) }));
    const figures = rows.map((row) => row.figure);
    const domain = side === 'upper' ? upperDomain(figures) : lowerDomain(figures);
    return { title: label, note: axisNote(domain), chart: drawIntervals(drawing, { label, rows, domain }) };
  });
}

function groupTable(column: string, { class: target, groups, generalisedMean, gap }: FairnessTarget): Markup {
  const rows = groups.map((group): readonly Content[] => [
    name(group.group),
    count(group.rows),
    count(group.positives),
    ...MEASURES.map(([, of]) => figureMarkup(of(group))),
  ]);
  rows.push([
    'generalised mean',
    '',
    '',
    ...[generalisedMean.subgroupAuc, generalisedMean.bpsnAuc, generalisedMean.bnspAuc].map(figureMarkup),
    '',
    '',
    '',
  ]);
  rows.push([
    'largest gap',
    '',
    '',
    '',
    '',
    '',
    figureMarkup(gap.falsePositiveRate),
    figureMarkup(gap.falseNegativeRate),
    '',
  ]);
  const caption = `${printable(column)}: ${target === null ? 'any harmful' : printable(target)}`;
  return table({ caption, head: ['Group', 'Rows', 'Positives', ...MEASURES.map(([label]) => label)], rows });
}
