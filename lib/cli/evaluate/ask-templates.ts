import type { ModerationClient, Post } from '../../client/index.js';
import { ModerationError } from '../../contract/errors.js';
import { TERM_SLOT, type Templates } from '../../evaluate/data/templates.js';
import type { CounterfactualSection } from '../../evaluate/evaluation.js';
import { counterfactualSection, type TermScores } from '../../evaluate/fairness/counterfactual-section.js';

/** Judges every template with every term. @throws ModerationError when one of them has no answer: the set is small */
export async function askTemplates(
  client: ModerationClient,
  { name, templates, terms }: Templates,
  signal: AbortSignal,
): Promise<CounterfactualSection> {
  const asked = Object.entries(terms).flatMap(([attribute, words]) =>
    words.flatMap((term) =>
      templates.map((template) => ({ attribute, term, text: template.replace(TERM_SLOT, term) })),
    ),
  );
  const posts: Post[] = asked.map(({ text }) => ({ text }));
  const scores: TermScores[] = [];
  let thresholds: Readonly<Record<string, number>> = {};
  for await (const outcome of client.classifyMany(posts, { signal })) {
    const question = asked[outcome.index];
    if (question === undefined) continue;
    if (!outcome.ok) {
      throw new ModerationError(
        'invalid_configuration',
        `The template with ${question.term} has no answer (${outcome.error.code}); run the command again.`,
      );
    }
    thresholds = outcome.thresholds;
    scores.push({ ...question, probabilities: outcome.prediction.probabilities });
  }
  return counterfactualSection(name, templates.length, scores, thresholds);
}
