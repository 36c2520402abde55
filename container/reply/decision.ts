import { ModerationError } from '../../lib/contract/errors.js';
import { type Combination, combinationOf } from '../../lib/contract/modality.js';
import { actionOf, strictest } from '../../lib/contract/policy.js';
import type { Prediction } from '../../lib/contract/reply.js';
import { scaleProbability } from '../../lib/contract/temperature.js';
import type { Classification } from '../engine.js';
import { quoteName } from '../json/json-value.js';
import type { Random, ServedPolicy } from '../policy.js';
import type { Thresholds } from './thresholds.js';

/** What decides over the posts of one request. */
export interface Rules {
  readonly classNames: readonly string[];
  readonly thresholds: Thresholds;
  /** Undefined: posts are predicted, not decided. */
  readonly policy: ServedPolicy | undefined;
  /** Draws the posts that are audited. */
  readonly random: Random;
}

/**
 * The prediction of one post: a class is predicted from its threshold on (>=). Throws `output_invalid` where the model
 * gave no probability, for a value that is no number compares as "not harmful".
 */
export function decide(classification: Classification, rules: Rules): Prediction {
  const { modalitiesUsed, textTruncated } = classification;
  const { classNames, thresholds, policy } = rules;
  const combination = combinationOf(modalitiesUsed);
  const probabilities = checked(classification, classNames);
  const predicted = probabilities.map((value, index) => value >= (thresholds[combination][index] ?? 0));
  const byClass = <T>(values: readonly T[]): Record<string, T> =>
    Object.fromEntries(classNames.map((name, index) => [name, values[index] as T]));
  return {
    class_predictions: byClass(predicted),
    probabilities: byClass(probabilities),
    ...(policy?.temperatures && {
      calibrated_probabilities: byClass(calibrate(probabilities, policy.temperatures)),
    }),
    any_harmful: predicted.includes(true),
    ...(policy && act(policy, combination, probabilities, predicted, rules.random)),
    modalities_used: [...modalitiesUsed],
    text_truncated: textTruncated,
  };
}

function checked({ probabilities }: Classification, classNames: readonly string[]): number[] {
  return classNames.map((name, index) => {
    const probability = probabilities[index];
    if (probability !== undefined && probability >= 0 && probability <= 1) return probability;
    throw new ModerationError(
      'output_invalid',
      `The model gave no probability for the class ${quoteName(name)}.`,
    );
  });
}

function calibrate(probabilities: readonly number[], temperatures: readonly number[]): number[] {
  return probabilities.map((value, index) => scaleProbability(value, temperatures[index] ?? 1));
}

/**
 * The strictest of the classes by the policy's bands. Thresholds that the request gave move no band; a class that they
 * predict is looked at all the same, so that no post with a predicted class is allowed.
 */
function act(
  { byCombination, auditShare }: ServedPolicy,
  combination: Combination,
  probabilities: readonly number[],
  predicted: readonly boolean[],
  random: Random,
): Pick<Prediction, 'decision' | 'audit'> {
  const decision = strictest([
    ...byCombination[combination].map((rule, index) => actionOf(probabilities[index] ?? Number.NaN, rule)),
    predicted.includes(true) ? 'review' : 'allow',
  ]);
  const audited = decision === 'allow' && auditShare > 0 && random() < auditShare;
  return audited ? { decision: 'review', audit: true } : { decision };
}
