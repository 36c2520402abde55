import type { Evaluation } from '../../evaluation.js';
import { html } from '../markup.js';
import { count } from '../numbers.js';
import type { Section } from '../section.js';

/** How the figures came about and what they do not say. */
export function method({ evaluation }: { readonly evaluation: Evaluation }): Section {
  const { bootstrap, model, data } = evaluation;
  return {
    id: 'method',
    title: 'Method and limits',
    body: html`<h3>Intended use</h3>
<p>The model assists human moderators. It orders and pre-sorts posts; it never decides alone about a person. Posts that it
lets pass still need reports and random audits, posts that it flags still need a way to appeal.</p>
<h3>How the figures are made</h3>
<ul>
<li>A class is predicted when its probability is at or above its threshold. Classes are independent; a post can have
several, or none.</li>
<li>Metrics are defined as in scikit-learn. Precision, recall and F1 are 0 where nothing is predicted or nothing is
there to find; areas and rates are then not given.</li>
${
  bootstrap === null
    ? html`<li>No intervals were asked for: small differences may be chance.</li>`
    : html`<li>Intervals hold the middle ${bootstrap.confidence * 100} % of ${count(bootstrap.samples)} values, each computed on
posts drawn anew with replacement (percentile bootstrap). They tell how much the figure depends on which posts happened to
be in the data. They do not cover wrong labels, nor posts of another kind than these.</li>`
}
<li>Rows without an answer (${count(data.unjudged.rows)} here) are counted apart and are in no figure.</li>
</ul>
<h3>Limits</h3>
<ul>
<li>The figures hold for data like this. Language, slang and targets of hate change; measure again on recent posts.</li>
<li>Thresholds chosen on the same data that they are measured on look better than they are. Choose on one split, report
on another.</li>
<li>Labels are opinions of annotators. Where annotators disagree, no classifier can be right for all.</li>
<li>A high figure over all posts can hide a low one for a group: see the bias audit, or make one with a group column.</li>
${model.demonstration ? html`<li>This is the demonstration model: nothing here says anything about real posts.</li>` : undefined}
</ul>`,
  };
}
