import { strictest } from '../../lib/contract/action.js';
import { ModerationError } from '../../lib/contract/errors.js';
import { combinationOf } from '../../lib/contract/modality.js';
import { actionOf, type ClassPolicy } from '../../lib/contract/policy.js';
import type { Prediction } from '../../lib/contract/reply.js';
import { scaleProbability } from '../../lib/contract/temperature.js';
import { actionOfUnseen, type Unseen } from '../../lib/contract/unseen.js';
import type { Answer, Classification } from '../engine.js';
import { quoteName } from '../json/json-value.js';
import type { Random, ServedPolicy } from '../policy.js';
import { rowFor, type Thresholds } from './thresholds.js';

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
 * The prediction of one post: a class is predicted from its threshold on (>=) in any part. Throws `output_invalid` where
 * the model gave no probability, for a value that is not a number compares as "not harmful".
 */
export function decide(classification: Classification, rules: Rules): Prediction {
  const { answers, modalitiesUsed, textTruncated, unseen } = classification;
  const { classNames, policy } = rules;
  const combination = combinationOf(modalitiesUsed);
  const thresholds = rowFor(rules.thresholds.byAnswers, answers.length).byCombination[combination];
  const classes = policy && rowFor(policy.byAnswers, answers.length).byCombination[combination];
  const probabilities = checked(classification, classNames);
  const predicted = probabilities.map((value, index) => value >= at(thresholds, index));
  const byClass = <T>(values: readonly T[]): Record<string, T> =>
    Object.fromEntries(classNames.map((name, index) => [name, values[index] as T]));
  return {
    class_predictions: byClass(predicted),
    probabilities: byClass(probabilities),
    ...(policy?.temperatures && {
      calibrated_probabilities: byClass(calibrate(probabilities, policy.temperatures)),
    }),
    any_harmful: predicted.includes(true),
    ...(policy && classes && act(policy, classes, probabilities, predicted, unseen, rules.random)),
    modalities_used: [...modalitiesUsed],
    text_truncated: textTruncated,
    unseen: [...unseen],
    ...(answers.length > 1 && tellParts(answers, classNames, thresholds, classes)),
  };
}

function checked({ probabilities }: Pick<Answer, 'probabilities'>, classNames: readonly string[]): number[] {
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
  return probabilities.map((value, index) => scaleProbability(value, at(temperatures, index)));
}

/**
 * The strictest of the classes by the policy's bands, and of what was not seen. Thresholds that the request gave move no
 * band; a class that they predict is looked at all the same, so that no post with a predicted class is allowed.
 */
function act(
  { unseen: rules, auditShare }: ServedPolicy,
  classes: readonly ClassPolicy[],
  probabilities: readonly number[],
  predicted: readonly boolean[],
  unseen: readonly Unseen[],
  random: Random,
): Pick<Prediction, 'decision' | 'audit'> {
  const decision = strictest([
    ...classes.map((rule, index) => actionOf(at(probabilities, index), rule)),
    predicted.includes(true) ? 'review' : 'allow',
    actionOfUnseen(unseen, rules),
  ]);
  const audited = decision === 'allow' && auditShare > 0 && random() < auditShare;
  return audited ? { decision: 'review', audit: true } : { decision };
}

/**
 * Every part with its probabilities, and which of them is the strictest: by what the policy's bands do with it, then by how
 * far its classes are above their thresholds.
 */
function tellParts(
  answers: readonly Answer[],
  classNames: readonly string[],
  thresholds: readonly number[],
  classes: readonly ClassPolicy[] | undefined,
): Pick<Prediction, 'parts' | 'decided_by'> {
  const parts = answers.map(({ part, ...answer }) => {
    const values = checked(answer, classNames);
    const probabilities = Object.fromEntries(classNames.map((name, index) => [name, at(values, index)]));
    return { part: { ...part, probabilities }, rank: rankOf(values, thresholds, classes) };
  });
  const strict = parts.reduce((best, { rank }, index) => {
    return compare(rank, at(parts, best).rank) > 0 ? index : best;
  }, 0);
  return { parts: parts.map(({ part }) => part), decided_by: strict };
}

type Rank = readonly [flagged: number, reviewed: number, margin: number];

function rankOf(
  values: readonly number[],
  thresholds: readonly number[],
  classes: readonly ClassPolicy[] | undefined,
): Rank {
  const actions = classes?.map((rule, index) => actionOf(at(values, index), rule)) ?? [];
  const margins = values.map((value, index) => value - at(thresholds, index));
  return [Number(actions.includes('flag')), Number(actions.includes('review')), Math.max(...margins)];
}

function compare(a: Rank, b: Rank): number {
  const place = a.findIndex((value, index) => value !== b[index]);
  return place < 0 ? 0 : at(a, place) - at(b, place);
}

/** No default stands for a value that a decision rests on. */
function at<T>(values: readonly T[], index: number): T {
  const value = values[index];
  if (value === undefined)
    throw new RangeError(`There are ${values.length} values, and ${index} was asked for.`);
  return value;
}
