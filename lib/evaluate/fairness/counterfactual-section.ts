import type { CounterfactualSection } from '../evaluation.js';

/** What a sentence with a term got. */
export interface TermScores {
  /** What the term is one of, e.g. religion. */
  readonly attribute: string;
  readonly term: string;
  readonly probabilities: Readonly<Record<string, number>>;
}

/** Per attribute and class: mean scores by term, and how far they are apart. All terms stand in the same sentences. */
export function counterfactualSection(
  name: string,
  templates: number,
  scores: readonly TermScores[],
  thresholds: Readonly<Record<string, number>>,
): CounterfactualSection {
  const attributes = [...new Set(scores.map(({ attribute }) => attribute))];
  return {
    name,
    templates,
    attributes: attributes.map((attribute) => {
      const own = scores.filter((score) => score.attribute === attribute);
      return {
        attribute,
        classes: Object.entries(thresholds).map(([label, threshold]) => classGap(label, threshold, own)),
      };
    }),
  };
}

function classGap(label: string, threshold: number, scores: readonly TermScores[]) {
  const terms = [...new Set(scores.map(({ term }) => term))].map((term) => {
    const values = scores
      .filter((score) => score.term === term)
      .map((score) => score.probabilities[label] as number);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return { term, mean, flagged: values.filter((value) => value >= threshold).length };
  });
  const means = terms.map(({ mean }) => mean);
  return { class: label, gap: Math.max(...means) - Math.min(...means), terms };
}
