import type { CounterfactualSection, TermGap } from '../../evaluation.js';
import { drawIntervals, lowerDomain } from '../charts/intervals.js';
import { type Content, html, type Markup, name, printable } from '../markup.js';
import { count, decimal } from '../numbers.js';
import { type Context, figure, type Section, table } from '../section.js';
import { axisNote } from './quality.js';

type Attribute = CounterfactualSection['attributes'][number];

/** Whether one word for another, in the same sentence, changes the answer. */
export function counterfactuals({ evaluation, drawing }: Context): Section | undefined {
  const section = evaluation.counterfactuals;
  if (section === undefined) return undefined;
  return {
    id: 'counterfactuals',
    title: 'Counterfactual sentences',
    body: html`<p class="lead">The same ${count(section.templates)} sentences with one term after another, from
${name(section.name)}. Equal scores show that the terms make no difference; a gap is what the
model makes of the word alone. A small gap in these sentences does not show that there is none in others.</p>
${section.attributes.map((attribute) => html`<h3>${name(attribute.attribute)}</h3>${widest(attribute, drawing)}${termTable(attribute, section.templates)}`)}`,
  };
}

/** Terms beyond this stand in the table alone. */
const MOST_DRAWN = 24;
const PANELS = 3;

/** The classes that the terms move most. */
function widest({ classes }: Attribute, drawing: Context['drawing']): Markup | undefined {
  const drawn = classes
    .filter(({ terms }) => terms.length <= MOST_DRAWN)
    .toSorted((a, b) => b.gap - a.gap)
    .slice(0, PANELS);
  if (drawn.length === 0) return undefined;
  const rowsOf = ({ terms }: TermGap) =>
    terms.map(({ term, mean }) => ({ name: term, figure: { value: mean, low: null, high: null } }));
  const domain = lowerDomain(drawn.flatMap((entry) => rowsOf(entry).map((row) => row.figure)));
  const panels = drawn.map((entry) => ({
    title: name(entry.class),
    note: `gap ${decimal(entry.gap)}`,
    chart: drawIntervals(drawing, {
      label: `Mean probability of ${printable(entry.class)}`,
      rows: rowsOf(entry),
      domain,
    }),
  }));
  return figure(
    panels,
    `Mean probability over the sentences, for the classes with the largest gaps. ${axisNote(domain)}`,
  );
}

function termTable({ attribute, classes }: Attribute, templates: number): Markup {
  const [first] = classes;
  const rows = (first?.terms ?? []).map(({ term }, index): readonly Content[] => [
    name(term),
    ...classes.map(({ terms }) => termCell(terms[index], templates)),
  ]);
  rows.push(['gap', ...classes.map(({ gap }) => decimal(gap))]);
  return table({
    caption: `${printable(attribute)}: mean probability, and sentences flagged`,
    compact: true,
    head: ['Term', ...classes.map((entry) => name(entry.class))],
    rows,
  });
}

function termCell(term: TermGap['terms'][number] | undefined, templates: number): Content {
  return term === undefined
    ? ''
    : html`${decimal(term.mean)} <span class="interval">${term.flagged} of ${templates}</span>`;
}
