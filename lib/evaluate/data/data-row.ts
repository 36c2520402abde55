/** One post of a labelled data set. */
import type { GivenLabels } from './labels.js';

export interface DataRow {
  /** From 1, in the order of the file; header and empty lines do not count. */
  readonly row: number;
  /** The line of the file that it begins on, from 1. */
  readonly line: number;
  /** Tells rows of different content apart, so that predictions are not continued with other data. */
  readonly key: string;
  readonly id: string | undefined;
  readonly content: DataPost | RowProblem;
  readonly labels: GivenLabels | undefined;
  /** By group column; rows in no group of a column lack it. */
  readonly groups: Readonly<Record<string, readonly string[]>>;
}

/** Content as the data gives it; the service decides what it can judge. */
export interface DataPost {
  readonly text: string | null;
  readonly image: { readonly path: string } | { readonly base64: string } | null;
}

/** Why a row is no labelled post. */
export interface RowProblem {
  readonly code: RowCode;
  /** Quotes nothing of the data. */
  readonly message: string;
}

/** What can be wrong with a row of the data; errors of the service and of the client have codes of their own. */
export const ROW_CODES = {
  invalid_item: 'The line is no record of the file, or a field has the wrong type.',
  image_unreadable: 'The image is no file in the folder of images.',
  image_url_unsupported: 'The row names an image by URL; nothing is fetched.',
  label_missing: 'The row says nothing about its labels.',
  label_invalid: 'The labels are neither names of classes nor a vector of zeros and ones.',
  no_majority:
    'MMHS150K: no label has the majority of annotators. Such rows are left out, see --without-majority.',
  not_in_ground_truth: 'MMHS150K: the split names a post that the ground truth does not have.',
} as const;

export type RowCode = keyof typeof ROW_CODES;

/** Rows that the caller chose to leave out: no failure. */
export const EXCLUDED_CODES: readonly string[] = ['no_majority' satisfies RowCode];

export function isRowProblem(content: DataRow['content']): content is RowProblem {
  return 'code' in content;
}
