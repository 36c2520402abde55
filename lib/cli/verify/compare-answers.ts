import { ModerationError } from '../../contract/errors.js';
import { compareArrays } from '../../numeric/compare.js';
import type { Answers } from './answers.js';

export interface ClassComparison {
  readonly name: string;
  /** Of the probability, over posts. */
  readonly maxDifference: number;
  readonly meanDifference: number;
  /** Posts whose label is another: each pack decides at its own threshold. */
  readonly flips: number;
}

export interface Comparison {
  readonly posts: number;
  readonly classes: readonly ClassComparison[];
  /** Over all classes. */
  readonly maxDifference: number;
  readonly meanDifference: number;
  readonly flips: number;
  /** Flips as a share of all labels, posts times classes: 0 to 1. */
  readonly flipShare: number;
}

/** @throws ModerationError `invalid_configuration` when the packs have other classes */
export function compareAnswers(actual: Answers, expected: Answers): Comparison {
  const { classNames } = expected.manifest;
  if (JSON.stringify(actual.manifest.classNames) !== JSON.stringify(classNames)) {
    throw new ModerationError(
      'invalid_configuration',
      `The packs have other classes: ${actual.manifest.classNames.join(', ')} against ${classNames.join(', ')}.`,
    );
  }
  const classes = classNames.map((name, index) => compareClass(name, index, actual, expected));
  const posts = expected.probabilities.length;
  const flips = sum(classes.map((one) => one.flips));
  return {
    posts,
    classes,
    maxDifference: Math.max(...classes.map((one) => one.maxDifference)),
    meanDifference: sum(classes.map((one) => one.meanDifference)) / classes.length,
    flips,
    flipShare: flips / (posts * classes.length),
  };
}

function compareClass(name: string, index: number, actual: Answers, expected: Answers): ClassComparison {
  const column = ({ probabilities }: Answers) => probabilities.map((row) => row[index] ?? Number.NaN);
  const labels = (answers: Answers) =>
    column(answers).map((probability) => probability >= (answers.manifest.thresholds[index] ?? Number.NaN));
  const [left, right] = [labels(actual), labels(expected)];
  const { max, mean } = compareArrays(column(actual), column(expected));
  return {
    name,
    maxDifference: max,
    meanDifference: mean,
    flips: left.filter((label, post) => label !== right[post]).length,
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
