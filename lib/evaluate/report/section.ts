import type { Policy } from '../../contract/policy.js';
import type { Evaluation } from '../evaluation.js';
import type { Drawing } from './charts/drawing.js';
import { type Content, html, type Markup, name } from './markup.js';

/** One entry of the contents. */
export interface Section {
  /** The fragment that links to it. */
  readonly id: string;
  readonly title: string;
  readonly body: Markup;
}

export interface Context {
  readonly evaluation: Evaluation;
  /** Whose review bands the sweeps show. */
  readonly policy: Policy | undefined;
  readonly drawing: Drawing;
}

/** Undefined where the evaluation has nothing to say. */
export type SectionWriter = (context: Context) => Section | undefined;

export interface Table {
  /** Also names the box that the table scrolls in, so unique within the page. */
  readonly caption: string;
  /** The first column holds the rows' names. */
  readonly head: readonly Content[];
  readonly rows: readonly (readonly Content[])[];
  /** Long tables: one line a row. @default false */
  readonly compact?: boolean;
}

/** A table that scrolls inside its own box when it is wider than the page. */
export function table({ caption, head, rows, compact = false }: Table): Markup {
  return html`<div class="scroll" role="region" tabindex="0" aria-label="${caption}"><table${compact ? html` class="compact"` : undefined}>
<caption>${caption}</caption>
<thead><tr>${head.map((cell) => html`<th scope="col">${cell}</th>`)}</tr></thead>
<tbody>
${rows.map(tableRow)}</tbody>
</table></div>
`;
}

function tableRow([first, ...rest]: readonly Content[]): Markup {
  return html`<tr><th scope="row">${first}</th>${rest.map((cell) => html`<td>${cell}</td>`)}</tr>
`;
}

export interface Panel {
  readonly title: Content;
  /** One line between title and chart. */
  readonly note?: Content;
  readonly chart: Markup;
}

/** Charts side by side under one caption. */
export function figure(panels: readonly Panel[], caption: Content, legend?: Markup): Markup {
  return html`<figure>${legend}<div class="panels">
${panels.map(
  ({
    title,
    note,
    chart,
  }) => html`<div class="panel"><h3>${title}</h3>${note === undefined ? undefined : html`<p>${note}</p>`}${chart}</div>
`,
)}</div><figcaption>${caption}</figcaption></figure>
`;
}

/** A class by its name, or all of them together. */
export function targetName(target: string | null): Markup {
  return target === null ? html`any harmful` : name(target);
}
