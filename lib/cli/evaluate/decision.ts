/** By which thresholds probabilities become labels. */
import { resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { acceptPolicy, readPolicyFile } from '../../checkpoint/policy/policy-file.js';
import { ModerationError } from '../../contract/errors.js';
import { COMBINATIONS } from '../../contract/modality.js';
import type { Policy } from '../../contract/policy.js';
import type { PredictionsHeader } from '../../evaluate/data/predictions-format.js';
import { thresholdsOfPolicy } from '../../evaluate/decisions.js';
import type { ThresholdsSection } from '../../evaluate/evaluation.js';
import { wrongCall } from '../wrong-call.js';

export interface DecisionOptions {
  /** A policy file. */
  readonly policy?: string | undefined;
  /** `0.5`, or `name=0.4,other=0.6`; classes that are not named keep the thresholds that were applied. */
  readonly thresholds?: string | undefined;
}

export interface Decision {
  readonly thresholds: ThresholdsSection;
  readonly policy?: Policy;
}

/**
 * @param classNames those that are evaluated, which are not the model's where data says only whether posts are harmful
 * @throws ModerationError `invalid_configuration` when a policy or threshold is none of these classes
 */
export async function decisionOf(
  { policy: file, thresholds }: DecisionOptions,
  header: PredictionsHeader,
  classNames: readonly string[],
): Promise<Decision> {
  if (file !== undefined && thresholds !== undefined) wrongCall('give either a policy or thresholds');
  if (file !== undefined) return byPolicy(file, header, classNames);
  const applied: ThresholdsSection =
    classNames === header.classes
      ? appliedBy(header)
      : { all: [0.5], source: 'any class at the threshold that the model applied, which lies at 0.5' };
  if (thresholds === undefined) return { thresholds: applied };
  const given = parseThresholds(thresholds, classNames);
  return {
    thresholds: {
      all: applied.all.map((value, index) => given[index] ?? value),
      source: 'given by the caller',
    },
  };
}

/** What the model decided by; a policy that was in force may have other thresholds for some modalities. */
function appliedBy({ classes, thresholds, policy }: PredictionsHeader): ThresholdsSection {
  if (policy === undefined) return { all: thresholds, source: 'those that the model applied' };
  const columns = COMBINATIONS.map((name) => [name, classes.map((label) => policy.thresholds[name][label])]);
  const differing = columns.filter(([, column]) => !isDeepStrictEqual(column, thresholds));
  return {
    all: thresholds,
    ...(differing.length > 0 && { byCombination: Object.fromEntries(differing) }),
    source: `those of the policy ${policy.name}, which was in force`,
  };
}

async function byPolicy(
  file: string,
  { model, classes }: PredictionsHeader,
  classNames: readonly string[],
): Promise<Decision> {
  if (classNames !== classes)
    throw invalid('The data tells only whether posts are harmful; a policy needs classes.');
  const found = await readPolicyFile(resolve(file));
  const { policy } = acceptPolicy(found, model.pack === null ? undefined : { pack: model.pack, classNames });
  const missing = classNames.filter((name) => !Object.hasOwn(policy.classes, name));
  if (missing.length > 0) throw invalid(`${file} has no class ${missing.join(', ')}.`);
  return { policy, thresholds: thresholdsOfPolicy(policy, classNames) };
}

/** By class; undefined for those that are not named. */
function parseThresholds(text: string, classNames: readonly string[]): (number | undefined)[] {
  if (!text.includes('=')) return classNames.map(() => shareOf(text));
  const given = new Map<string, number>();
  for (const part of text.split(',')) {
    const [name = '', value = ''] = part.split('=').map((one) => one.trim());
    if (!classNames.includes(name)) throw invalid(`The classes are ${classNames.join(', ')}, not ${name}.`);
    given.set(name, shareOf(value));
  }
  return classNames.map((name) => given.get(name));
}

function shareOf(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value <= 1) return value;
  return wrongCall(`a threshold is a number from 0 to 1, not ${JSON.stringify(text)}`);
}

function invalid(message: string): ModerationError {
  return new ModerationError('invalid_configuration', message);
}
