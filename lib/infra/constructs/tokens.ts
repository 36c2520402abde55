/**
 * Values that are known only at deployment (tokens): parameters, attributes of other resources. Until then CDK writes such
 * a number as about -1.9e289, which arithmetic would take for one, and the result would be deployed. A token may travel as
 * it is; what computes with one asks here.
 */
import { type Duration, Token, Tokenization } from 'aws-cdk-lib/core';
import { ModerationError } from '../../contract/errors.js';

/**
 * A number to compute with.
 *
 * @param option its name
 * @param use what is computed, and what to give instead, after "is known only at deployment, and"
 * @throws ModerationError `invalid_configuration` for a token
 */
export function computable(option: string, value: number, use: string): number {
  if (Token.isUnresolved(value)) refuse(option, use);
  return value;
}

/** A number that is only multiplied, which a factor of 1 leaves as it is. See {@link computable}. */
export function times(option: string, value: number, factor: number, use: string): number {
  return factor === 1 ? value : computable(option, value, use) * factor;
}

/** Text to decide by. See {@link computable}. */
export function decidable(option: string, value: string, use: string): string {
  if (Token.isUnresolved(value)) refuse(option, use);
  return value;
}

function refuse(option: string, use: string): never {
  throw new ModerationError('invalid_configuration', `${option} is known only at deployment, and ${use}.`);
}

/** The least of numbers; undefined where one is a token. */
export function least(values: readonly number[]): number | undefined {
  return values.some((value) => Token.isUnresolved(value)) ? undefined : Math.min(...values);
}

/**
 * Seconds, which may be a token.
 *
 * @throws ModerationError `invalid_configuration` for a token in another unit, which would have to be converted
 */
export function secondsOf(option: string, duration: Duration): number {
  if (duration.isUnresolved() && duration.unitLabel() !== 'seconds') {
    refuse(option, `is given in ${duration.unitLabel()}, which cannot be converted; use Duration.seconds`);
  }
  return duration.toSeconds();
}

/** A number within text. */
export function numberText(value: number): string {
  return Token.isUnresolved(value) ? Tokenization.stringifyNumber(value) : String(value);
}
