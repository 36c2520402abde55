/** Checks of options as tables of rules, reported together. */
import { type Duration, Token } from 'aws-cdk-lib/core';
import { ModerationError } from '../../contract/errors.js';
import { secondsOf } from './tokens.js';

export interface Rule {
  /** True where the options break this rule. */
  readonly broken: boolean;
  /** What, got, expected and how to fix, in one sentence. */
  readonly problem: string;
}

/**
 * Throws one error that lists every broken rule.
 *
 * @throws ModerationError `invalid_configuration`
 */
export function check(subject: string, rules: readonly Rule[]): void {
  const problems = [...new Set(rules.filter(({ broken }) => broken).map(({ problem }) => problem))];
  if (problems.length === 0) return;
  throw new ModerationError('invalid_configuration', `Invalid ${subject}:\n- ${problems.join('\n- ')}`);
}

/**
 * Whether a value is there, is known at synthesis, and fails the test. A token (a value that exists only at deployment)
 * passes: CloudFormation will judge it.
 */
export function fails<T>(value: T | undefined, test: (value: T) => boolean): value is T {
  return value !== undefined && !Token.isUnresolved(value) && !test(value);
}

/** A rule that a number is whole and within a range. */
export function within(
  name: string,
  value: number | undefined,
  min: number,
  max: number,
  unit: string,
): Rule {
  return {
    broken: fails(value, (known) => Number.isInteger(known) && known >= min && known <= max),
    problem: `${name} is ${JSON.stringify(value)}; expected a whole number of ${unit} from ${min} to ${max}.`,
  };
}

/** A rule that a time is within a range, in seconds. */
export function lasting(name: string, value: Duration | undefined, min: number, max: number): Rule {
  const seconds = value === undefined ? undefined : secondsOf(name, value);
  return {
    broken: fails(seconds, (known) => known >= min && known <= max),
    problem: `${name} is ${value?.toString()}; expected ${min} to ${max} s.`,
  };
}

/** A rule on two numbers, judged where both are known. */
export function disagree(
  one: number | undefined,
  other: number | undefined,
  test: (one: number, other: number) => boolean,
): boolean {
  return fails(one, (first) => !fails(other, (second) => test(first, second)));
}
