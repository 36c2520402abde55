import { compare } from '../../evaluate/comparison/compare.js';
import type { Comparison } from '../../evaluate/comparison/comparison.js';
import { type PredictionSet, scoresOf } from '../../evaluate/data/predictions-file.js';
import type { ComparedInput } from '../../evaluate/inputs.js';
import { type DecisionOptions, decisionOf } from './decision.js';
import { bootstrapOptions, type EvaluateSetOptions } from './evaluate-set.js';
import type { PairedSets } from './pair-sets.js';

export interface CompareSetsOptions
  extends Pick<EvaluateSetOptions, 'bootstrap' | 'seed' | 'signal' | 'onProgress'> {
  readonly a: DecisionOptions;
  readonly b: DecisionOptions;
  /** Flips to tell, per class and direction. */
  readonly examples: number;
}

/** Compares the rows that both sides judged, each side by its own thresholds. */
export async function compareSets(
  { a, b, unjudged }: PairedSets,
  options: CompareSetsOptions,
): Promise<Comparison> {
  const { name, sha256 } = a.header.data;
  const sides = { a: await inputOf(a, options.a), b: await inputOf(b, options.b) };
  const compared = { ...sides, data: { name, sha256, unjudged } };
  return compare(compared, { ...bootstrapOptions(options), examples: options.examples });
}

async function inputOf(set: PredictionSet, options: DecisionOptions): Promise<ComparedInput> {
  const scores = scoresOf(set);
  const { thresholds } = await decisionOf(options, set.header, scores.classNames);
  return { scores, model: set.header.model, thresholds };
}
