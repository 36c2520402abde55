import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ModerationError } from '../../contract/errors.js';
import type { DataFormat, DataSource, TableOptions } from './data-source.js';
import { GROUND_TRUTH_FILE, type Mmhs150kOptions, openMmhs150k } from './mmhs150k.js';
import { openTable } from './table.js';

export interface DataOptions
  extends Omit<TableOptions, 'file' | 'format'>,
    Omit<Mmhs150kOptions, 'folder' | 'images'> {
  /** A file; for MMHS150K the folder of its files, or its ground truth. */
  readonly path: string;
  /** @default by the extension; a folder or `MMHS150K_GT.json` is MMHS150K */
  readonly format?: DataFormat | undefined;
  /** Rows to read, the first ones. @default all */
  readonly limit?: number | undefined;
}

/**
 * Opens labelled data, by what the path names.
 *
 * @throws ModerationError `invalid_configuration`
 */
export async function openData(options: DataOptions): Promise<DataSource> {
  const { path, limit } = options;
  const format = options.format ?? (await formatOf(path));
  const source =
    format === 'mmhs150k'
      ? await openMmhs150k({
          ...options,
          folder: basename(path) === GROUND_TRUTH_FILE ? dirname(path) : path,
        })
      : await openTable({ ...options, file: path, format });
  return limit === undefined ? source : limited(source, limit);
}

async function formatOf(path: string): Promise<DataFormat> {
  if (/\.csv$/i.test(path)) return 'csv';
  if (/\.(?:jsonl|ndjson|jsonlines)$/i.test(path)) return 'jsonl';
  const folder = basename(path) === GROUND_TRUTH_FILE ? dirname(path) : path;
  const found = await stat(join(folder, GROUND_TRUTH_FILE)).catch(() => undefined);
  if (found?.isFile()) return 'mmhs150k';
  throw new ModerationError(
    'invalid_configuration',
    `${path} is no .csv, no .jsonl and no folder with ${GROUND_TRUTH_FILE}; name its format with --format.`,
  );
}

function limited(source: DataSource, limit: number): DataSource {
  return {
    name: `${source.name}, first ${limit} rows`,
    totalBytes: source.totalBytes,
    get bytesRead() {
      return source.bytesRead;
    },
    sha256: () => source.sha256(),
    async *[Symbol.asyncIterator]() {
      let left = limit;
      for await (const row of source) {
        yield row;
        left -= 1;
        if (left === 0) return;
      }
    },
  };
}
