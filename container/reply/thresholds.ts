import { ModerationError } from '../../lib/contract/errors.js';
import { COMBINATIONS, type Combination } from '../../lib/contract/modality.js';
import type { Parameters } from '../../lib/contract/request.js';
import type { Engine } from '../engine.js';
import { quoteName } from '../json/json-value.js';
import type { ServedPolicy } from '../policy.js';

/** By what an answer rests on, in the order of the model's classes; `all` where nothing is told apart. */
export type Thresholds = Readonly<Record<Combination | 'all', readonly number[]>>;

/**
 * The thresholds of the policy, or those of the pack where there is none, with those that the request replaces: for
 * every combination alike. Throws `invalid_parameters` for a class that the model does not have.
 */
export function thresholdsFor(
  { manifest: { classNames, thresholds } }: Engine,
  policy: ServedPolicy | undefined,
  { thresholds: replaced }: Parameters,
): Thresholds {
  const given = new Map(Object.entries(replaced ?? {}));
  const unknown = [...given.keys()].filter((name) => !classNames.includes(name));
  if (unknown.length > 0) {
    throw new ModerationError(
      'invalid_parameters',
      `The model has no class ${unknown.map(quoteName).join(', ')}; its classes are ${classNames.join(', ')}.`,
    );
  }
  const withGiven = (own: readonly (number | undefined)[]): number[] =>
    classNames.map((name, index) => given.get(name) ?? own[index] ?? 0.5);
  const all = withGiven(policy?.classes.map(({ threshold }) => threshold) ?? thresholds);
  const entries = COMBINATIONS.map((combination) => {
    const own = policy?.byCombination[combination].map(({ threshold }) => threshold);
    return [combination, own === undefined ? all : withGiven(own)] as const;
  });
  return { ...(Object.fromEntries(entries) as Record<Combination, number[]>), all };
}

/** The same as a reply tells them: by class. */
export function byClass(
  classNames: readonly string[],
  thresholds: readonly number[],
): Record<string, number> {
  return Object.fromEntries(classNames.map((name, index) => [name, thresholds[index] ?? Number.NaN]));
}
