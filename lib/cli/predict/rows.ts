/** The posts of a file: CSV with a header line, or JSON Lines. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { imageFile, type Post } from '../../client/index.js';
import { ModerationError } from '../../contract/errors.js';
import { pathInside } from '../../evaluate/data/path-inside.js';
import type { RawRow } from '../../evaluate/data/raw-row.js';
import { readCsv } from '../../evaluate/data/read-csv.js';
import { readJsonLines } from '../../evaluate/data/read-json-lines.js';

export const INPUT_FORMATS = ['csv', 'jsonl'] as const;
export type InputFormat = (typeof INPUT_FORMATS)[number];

export interface RowOptions {
  readonly file: string;
  /** @default by the file's extension */
  readonly format?: InputFormat;
  /** The folder that image paths are relative to and may not leave. @default that of the file */
  readonly images?: string;
  readonly columns: Columns;
}

/** The names of the columns, or of the fields in JSON Lines. */
export interface Columns {
  readonly text: string;
  readonly image: string;
  readonly id: string;
}

/** One post of the file. */
export interface Row {
  /** From 1; the header line and empty lines do not count. */
  readonly number: number;
  /** Tells rows of different content apart, so that an output is not continued with another input. */
  readonly key: string;
  readonly id: string | undefined;
  readonly content: Post | RowProblem;
}

/** Why a row is no post that can be sent. */
export interface RowProblem {
  readonly code: 'invalid_item' | 'image_unreadable' | 'image_url_unsupported';
  readonly message: string;
}

export function isProblem(content: Row['content']): content is RowProblem {
  return 'code' in content;
}

/** The rows of a file as they are read. */
export interface RowReader extends AsyncIterable<Row> {
  readonly totalBytes: number;
  /** Bytes of the file that have been read so far. */
  readonly bytesRead: number;
}

/** @throws ModerationError `invalid_configuration` for a file that is none of the two formats */
export async function openRows(options: RowOptions): Promise<RowReader> {
  const format = options.format ?? formatOf(options.file);
  const size = await sizeOf(options.file);
  const base = await realpath(resolve(options.images ?? dirname(options.file))).catch(() =>
    invalid(`The folder of images ${options.images} does not exist.`),
  );
  const stream = createReadStream(options.file);
  const checkHeader = (names: readonly string[]) => missingColumns(names, options.columns);
  const raw = format === 'csv' ? readCsv(stream, { file: options.file, checkHeader }) : readJsonLines(stream);
  return {
    totalBytes: size,
    get bytesRead() {
      return stream.bytesRead;
    },
    async *[Symbol.asyncIterator]() {
      let number = 0;
      try {
        for await (const row of raw) yield await toRow(row, ++number, options.columns, base);
      } finally {
        stream.destroy();
      }
    },
  };
}

async function toRow(raw: RawRow, number: number, columns: Columns, base: string): Promise<Row> {
  const { fields, problem } = raw;
  const [text, image, id] = [fields[columns.text], fields[columns.image], fields[columns.id]];
  const { image_base64: base64, image_url: url } = fields;
  const key = createHash('sha256')
    .update(JSON.stringify([text, image, base64, url, id, problem]))
    .digest('hex');
  const name = typeof id === 'number' ? String(id) : id;
  const row = {
    number,
    key: key.slice(0, 16),
    id: typeof name === 'string' && name !== '' ? name : undefined,
  };
  if (problem !== undefined) return { ...row, content: { code: 'invalid_item', message: problem } };
  if (present(url)) {
    return { ...row, content: { code: 'image_url_unsupported', message: 'Nothing fetches image_url.' } };
  }
  if (present(image) && present(base64)) {
    return { ...row, content: { code: 'invalid_item', message: 'There are two images: a path and base64.' } };
  }
  const post = { text: text as string | null | undefined, id: row.id };
  if (present(base64)) return { ...row, content: { ...post, image: { base64: base64 as string } } };
  if (!present(image)) return { ...row, content: post };
  const path = typeof image === 'string' ? await pathInside(base, image) : undefined;
  if (path !== undefined) return { ...row, content: { ...post, image: imageFile(path) } };
  const message = 'The image is no file in the folder of images; --images names another.';
  return { ...row, content: { code: 'image_unreadable', message } };
}

/** CSV has no null: an empty field is an absent one. */
function present(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}

function missingColumns(names: readonly string[], { text, image }: Columns): string | undefined {
  if (names.includes(text) || names.includes(image)) return undefined;
  return `expected "${text}" or "${image}" in its first line. Name yours with --text-column and --image-column.`;
}

function formatOf(file: string): InputFormat {
  if (/\.csv$/i.test(file)) return 'csv';
  if (/\.(?:jsonl|ndjson|jsonlines)$/i.test(file)) return 'jsonl';
  return invalid(`${file} has neither the extension .csv nor .jsonl; name its format with --format.`);
}

async function sizeOf(file: string): Promise<number> {
  const found = await stat(file).catch((cause: NodeJS.ErrnoException) =>
    invalid(`${file} cannot be read (${cause.code}).`),
  );
  return found.isFile() ? found.size : invalid(`${file} is no regular file.`);
}

function invalid(message: string): never {
  throw new ModerationError('invalid_configuration', message);
}
