import { InvalidArgumentError } from 'commander';

/** Parses an option that is a whole number in a range. */
export function wholeNumber(min: number, max: number = Number.MAX_SAFE_INTEGER): (value: string) => number {
  const range = max === Number.MAX_SAFE_INTEGER ? `from ${min}` : `from ${min} to ${max}`;
  return (value) => {
    const number = Number(value);
    if (/^\d+$/.test(value) && number >= min && number <= max) return number;
    throw new InvalidArgumentError(`expected a whole number ${range}, got ${JSON.stringify(value)}`);
  };
}

export const port = wholeNumber(0, 65_535);

/** Parses an option that is a share of a whole, from 0 to 1. */
export function share(value: string): number {
  const number = Number(value);
  if (value.trim() !== '' && number >= 0 && number <= 1) return number;
  throw new InvalidArgumentError(`expected a number from 0 to 1, got ${JSON.stringify(value)}`);
}

/** Parses an option that is any number. */
export function finiteNumber(value: string): number {
  const number = Number(value);
  if (value.trim() !== '' && Number.isFinite(number)) return number;
  throw new InvalidArgumentError(`expected a number, got ${JSON.stringify(value)}`);
}
