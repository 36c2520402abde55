/** Judged rows, column by column: what every part of an evaluation works on. */
import { COMBINATIONS, type Combination } from '../contract/modality.js';

export interface Scores {
  /** C names. */
  readonly classNames: readonly string[];
  /** N, the length of every column. Rows that could not be judged are not among them; count them apart. */
  readonly rows: number;
  /** Per class N probabilities, 0 to 1, as the model gives them (float32 values widened). */
  readonly probabilities: readonly Float64Array[];
  /** Per class N labels, 0 or 1; null for unlabelled data. */
  readonly labels: readonly Uint8Array[] | null;
  /** Per row the index of its modalities in `COMBINATIONS`. */
  readonly combinations: Uint8Array;
  /** @default none */
  readonly groups?: readonly GroupColumn[];
}

export interface LabelledScores extends Scores {
  readonly labels: readonly Uint8Array[];
}

/** A column that puts rows into groups, for the bias audit. A row may be in none or several. */
export interface GroupColumn {
  readonly name: string;
  readonly groups: readonly GroupMembers[];
}

export interface GroupMembers {
  readonly name: string;
  /** N values: 1 for members, else 0. */
  readonly members: Uint8Array;
}

export function isLabelled(scores: Scores): scores is LabelledScores {
  return scores.labels !== null;
}

/**
 * A column from values: one group, several, or none (null, an empty string or list) a row. Groups come by falling
 * size, then by name.
 */
export function groupColumn(
  name: string,
  values: readonly (string | readonly string[] | null)[],
): GroupColumn {
  const members = new Map<string, Uint8Array>();
  const sizes = new Map<string, number>();
  for (const [row, value] of values.entries()) {
    for (const group of new Set(typeof value === 'string' ? [value] : (value ?? []))) {
      if (group === '') continue;
      const column = members.get(group) ?? new Uint8Array(values.length);
      column[row] = 1;
      members.set(group, column);
      sizes.set(group, (sizes.get(group) ?? 0) + 1);
    }
  }
  const size = (group: string) => sizes.get(group) ?? 0;
  const names = [...members.keys()].sort((a, b) => size(b) - size(a) || (a < b ? -1 : 1));
  return {
    name,
    groups: names.map((group) => ({ name: group, members: members.get(group) ?? new Uint8Array() })),
  };
}

/**
 * Throws a RangeError when columns differ in length, a probability is no number from 0 to 1, a label neither 0 nor 1,
 * or a combination unknown. The message names class and row, no content.
 */
export function checkScores(scores: Scores): void {
  const { classNames, rows, probabilities, labels, combinations } = scores;
  if (classNames.length === 0) throw new RangeError('Scores need at least one class.');
  if (new Set(classNames).size !== classNames.length) throw new RangeError('Two classes have the same name.');
  checkColumns('probabilities', probabilities, scores, (value) => value >= 0 && value <= 1, 'from 0 to 1');
  if (labels) checkColumns('labels', labels, scores, (value) => value <= 1, '0 or 1');
  const known = (value: number) => value < COMBINATIONS.length;
  checkColumn('combinations', combinations, rows, known, `below ${COMBINATIONS.length}`);
  for (const { name, groups } of scores.groups ?? []) {
    for (const { members } of groups) {
      checkColumn(`group column ${name}`, members, rows, (value) => value <= 1, '0 or 1');
    }
  }
}

function checkColumns(
  what: string,
  columns: readonly ArrayLike<number>[],
  { classNames, rows }: Scores,
  valid: (value: number) => boolean,
  expected: string,
): void {
  if (columns.length !== classNames.length) {
    throw new RangeError(`${columns.length} columns of ${what} for ${classNames.length} classes.`);
  }
  columns.forEach((column, index) => {
    checkColumn(`${what} of ${classNames[index]}`, column, rows, valid, expected);
  });
}

function checkColumn(
  what: string,
  column: ArrayLike<number>,
  rows: number,
  valid: (value: number) => boolean,
  expected: string,
): void {
  if (column.length !== rows) throw new RangeError(`${what}: ${column.length} values for ${rows} rows.`);
  for (let row = 0; row < rows; row++) {
    const value = column[row] as number;
    if (!valid(value)) throw new RangeError(`${what}, row ${row}: got ${value}, expected ${expected}.`);
  }
}

/** The rows, by index, of each combination that occurs. */
export function rowsByCombination(scores: Scores): ReadonlyMap<Combination, Uint32Array> {
  const byCombination = new Map<Combination, Uint32Array>();
  COMBINATIONS.forEach((combination, code) => {
    const rows: number[] = [];
    for (let row = 0; row < scores.rows; row++) if (scores.combinations[row] === code) rows.push(row);
    if (rows.length > 0) byCombination.set(combination, Uint32Array.from(rows));
  });
  return byCombination;
}

/** These rows alone, in this order. */
export function selectRows<S extends Scores>(scores: S, rows: Uint32Array): S {
  const bytes = (column: Uint8Array) => Uint8Array.from(rows, (row) => column[row] as number);
  return {
    ...scores,
    rows: rows.length,
    probabilities: scores.probabilities.map((column) =>
      Float64Array.from(rows, (row) => column[row] as number),
    ),
    labels: scores.labels?.map(bytes) ?? null,
    combinations: bytes(scores.combinations),
    ...(scores.groups && {
      groups: scores.groups.map(({ name, groups }) => ({
        name,
        groups: groups.map((group) => ({ name: group.name, members: bytes(group.members) })),
      })),
    }),
  };
}
