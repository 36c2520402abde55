/** Labelled posts from a file, or from the files of MMHS150K, as a stream. */
import type { DataRow } from './data-row.js';

export const DATA_FORMATS = ['csv', 'jsonl', 'mmhs150k'] as const;
export type DataFormat = (typeof DATA_FORMATS)[number];

/** What a reader of data gives. It can be read once. */
export interface DataSource extends AsyncIterable<DataRow> {
  /** What people call it: a file name, without its folder. */
  readonly name: string;
  readonly totalBytes: number;
  readonly bytesRead: number;
  /**
   * SHA-256 of the data in hexadecimal digits: of the file, or of MMHS150K's files in the order that they are read.
   * Reads what is left of the file when rows were left out.
   */
  sha256(): Promise<string>;
}

/** The names of columns, or of fields in JSON Lines. The first that is there counts. */
export interface DataColumns {
  /** @default text */
  readonly text?: string | undefined;
  /** @default image_path, or image */
  readonly image?: string | undefined;
  /** @default id */
  readonly id?: string | undefined;
  /** @default labels, or label */
  readonly labels?: string | undefined;
}

export interface TableOptions {
  readonly file: string;
  readonly format: 'csv' | 'jsonl';
  /** The folder that image paths are relative to and may not leave. @default that of the file */
  readonly images?: string | undefined;
  readonly columns?: DataColumns | undefined;
  /** Columns whose values divide the rows into groups. @default none */
  readonly groupColumns?: readonly string[] | undefined;
}
