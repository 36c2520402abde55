import { ModerationError } from '../../lib/contract/errors.js';
import { COMBINATIONS, type Combination } from '../../lib/contract/modality.js';
import type { Parameters } from '../../lib/contract/request.js';
import type { Engine } from '../engine.js';
import { quoteName } from '../json/json-value.js';
import type { ServedPolicy } from '../policy.js';

/** By what an answer rests on, in the order of the model's classes. */
export type ThresholdTable = Readonly<Record<Combination, readonly number[]>>;

/** The thresholds of one request. */
export interface Thresholds {
  /** Where nothing is told apart. */
  readonly all: readonly number[];
  /** By the number of answers that a post has, rising; the first row holds for one. */
  readonly byAnswers: readonly [ThresholdRow, ...ThresholdRow[]];
}

export interface ThresholdRow {
  readonly atLeast: number;
  readonly byCombination: ThresholdTable;
}

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
  const withGiven = (own: readonly number[]): number[] =>
    classNames.map((name, index) => {
      const threshold = given.get(name) ?? own[index];
      if (threshold === undefined) throw new RangeError(`There is no threshold for the class ${name}.`);
      return threshold;
    });
  const all = withGiven(policy?.classes.map(({ threshold }) => threshold) ?? thresholds);
  const table = (own: (combination: Combination) => readonly number[]): ThresholdTable =>
    Object.fromEntries(COMBINATIONS.map((each) => [each, own(each)])) as Record<Combination, number[]>;
  if (policy === undefined) return { all, byAnswers: [{ atLeast: 1, byCombination: table(() => all) }] };
  const [first, ...rest] = policy.byAnswers.map(({ atLeast, byCombination }) => ({
    atLeast,
    byCombination: table((each) => withGiven(byCombination[each].map(({ threshold }) => threshold))),
  }));
  return { all, byAnswers: [first as ThresholdRow, ...rest] };
}

/** The row that holds for a post of so many answers. */
export function rowFor<Row extends { readonly atLeast: number }>(
  rows: readonly [Row, ...Row[]],
  answers: number,
): Row {
  return rows.findLast(({ atLeast }) => answers >= atLeast) ?? rows[0];
}

/** The same as a reply tells them: by class. */
export function byClass(
  classNames: readonly string[],
  thresholds: readonly number[],
): Record<string, number> {
  return Object.fromEntries(classNames.map((name, index) => [name, thresholds[index] ?? Number.NaN]));
}
