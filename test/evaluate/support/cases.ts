import { readFileSync } from 'node:fs';
import type { Confusion } from '../../../lib/evaluate/evaluation.js';
import type { LabelledScores } from '../../../lib/evaluate/scores.js';
import { fixture } from '../../support/project-root.js';

type Value = number | null;

export interface ExpectedBinary {
  readonly confusion: Confusion;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  readonly rocAuc: Value;
  readonly averagePrecision: Value;
}

export interface ExpectedClass extends ExpectedBinary {
  readonly brier: number;
  readonly logLoss: number;
  readonly ece: number;
  readonly eceEqualMass: number;
  readonly temperature: Value;
  readonly bestF1: Value;
  readonly curves: {
    readonly fpr: number[];
    readonly tpr: number[];
    readonly precision: number[];
    readonly recall: number[];
    readonly thresholds: number[];
  } | null;
}

export interface Case {
  readonly name: string;
  readonly thresholds: number[];
  readonly probabilities: number[][];
  readonly labels: number[][];
  readonly members: number[];
  readonly summary: {
    readonly f1: Record<'macro' | 'micro' | 'weighted' | 'samples', number>;
    readonly precision: Record<'macro' | 'micro' | 'weighted' | 'samples', number>;
    readonly recall: Record<'macro' | 'micro' | 'weighted' | 'samples', number>;
    readonly rocAuc: Record<'macro' | 'micro' | 'macroDefined', Value>;
    readonly averagePrecision: Record<'macro' | 'micro' | 'macroDefined', Value>;
    readonly subsetAccuracy: number;
    readonly hammingLoss: number;
    readonly logLoss: number;
  };
  readonly any: ExpectedBinary;
  readonly classes: ExpectedClass[];
  readonly group: Record<
    'subgroupAuc' | 'bpsnAuc' | 'bnspAuc' | 'falsePositiveRate' | 'falseNegativeRate',
    Value
  >[];
  readonly calibrated: number[];
}

const file = JSON.parse(readFileSync(fixture('evaluate', 'cases.json'), 'utf8')) as {
  grid: number[];
  cases: Case[];
};

/** What scikit-learn makes of labelled scores. */
export const CASES: readonly Case[] = file.cases;
export const NUMPY_GRID: readonly number[] = file.grid;

export function caseNamed(name: string): Case {
  const found = CASES.find((one) => one.name === name);
  if (found === undefined) throw new Error(`There is no case ${name}.`);
  return found;
}

export function scoresOf({ probabilities, labels, members }: Case): LabelledScores {
  const rows = probabilities[0]?.length ?? 0;
  return {
    classNames: probabilities.map((_, index) => `class-${index}`),
    rows,
    probabilities: probabilities.map((column) => Float64Array.from(column)),
    labels: labels.map((column) => Uint8Array.from(column)),
    combinations: Uint8Array.from({ length: rows }, (_, row) => row % 3),
    groups: [{ name: 'topic', groups: [{ name: 'gardening', members: Uint8Array.from(members) }] }],
  };
}

/** Same within 1e-12, absolutely and relative to the expected value. */
export function expectClose(actual: number | null, expected: number | null, tolerance = 1e-12): void {
  if (actual === null || expected === null) {
    if (actual !== expected) throw new Error(`got ${actual}, expected ${expected}`);
    return;
  }
  const limit = tolerance * Math.max(1, Math.abs(expected));
  if (!(Math.abs(actual - expected) <= limit)) throw new Error(`got ${actual}, expected ${expected}`);
}
