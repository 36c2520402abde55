import { html, name } from '../markup.js';
import { count, decimal } from '../numbers.js';
import { type Context, type Section, table } from '../section.js';

/** Whether scores depend on whom an ordinary sentence is about. */
export function counterfactuals({ evaluation }: Context): Section | undefined {
  const section = evaluation.counterfactuals;
  if (section === undefined) return undefined;
  const rows = section.attributes.flatMap(({ attribute, classes }) =>
    classes.map((entry) => {
      const sorted = [...entry.terms].sort((a, b) => a.mean - b.mean);
      const [lowest, highest] = [sorted[0], sorted.at(-1)];
      const flagged = entry.terms.reduce((sum, term) => sum + term.flagged, 0);
      return [
        name(attribute),
        name(entry.class),
        decimal(entry.gap),
        html`${name(lowest?.term ?? '')} ${decimal(lowest?.mean ?? null)}`,
        html`${name(highest?.term ?? '')} ${decimal(highest?.mean ?? null)}`,
        count(flagged),
      ];
    }),
  );
  return {
    id: 'counterfactuals',
    title: 'Counterfactual sentences',
    body: html`<p class="lead">${count(section.templates)} harmless sentences (${name(section.name)}), each with one term after another.</p>
${table({ caption: 'Gaps between terms', head: ['Terms', 'Class', 'Gap', 'Lowest mean', 'Highest mean', 'Sentences flagged'], rows })}
<p class="note">The gap is the largest minus the smallest mean probability of a term. The sentences differ in the term alone, so a
gap is what the model makes of the term. A small gap in these sentences does not show that there is none in others.</p>`,
  };
}
