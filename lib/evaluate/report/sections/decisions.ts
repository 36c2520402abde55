import { drawActions } from '../charts/actions.js';
import { type Content, html, name } from '../markup.js';
import { count, figureMarkup } from '../numbers.js';
import { type Context, figure, type Section, table } from '../section.js';

/** What the policy would do with these posts. */
export function decisions({ evaluation, drawing }: Context): Section | undefined {
  const section = evaluation.decisions;
  if (section === undefined) return undefined;
  const labelled = evaluation.data.labelled;
  const rows = section.actions.map(({ action, rows: posts, share, harmful }): readonly Content[] => [
    action,
    count(posts),
    figureMarkup(share),
    ...(labelled ? [harmful === null ? '' : count(harmful)] : []),
  ]);
  const outcomes: (readonly Content[])[] = [];
  if (section.missed !== null)
    outcomes.push(['Harmful posts that are allowed', figureMarkup(section.missed)]);
  if (section.wronglyFlagged !== null) {
    outcomes.push(['Harmless posts that are flagged without review', figureMarkup(section.wronglyFlagged)]);
  }
  return {
    id: 'decisions',
    title: 'Decisions',
    body: html`<p class="lead">What the policy ${name(section.policy)} does with these posts: below the review band a post is
allowed, inside it a person looks at it, above it the post is flagged. The strictest class decides.</p>
${figure([{ title: 'Share of posts', chart: drawActions(drawing, section.actions) }], 'The review share is the workload of human moderators.')}
${table({ caption: 'Posts by action', head: ['Action', 'Posts', 'Share', ...(labelled ? ['Harmful'] : [])], rows })}
${outcomes.length === 0 ? undefined : table({ caption: 'Errors that no person sees', head: ['Error', 'Share'], rows: outcomes })}`,
  };
}
