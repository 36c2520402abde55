import type { Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { ModerationError } from '../../contract/errors.js';
import type { RawRow, RowOptions } from './rows.js';

/** A quotation mark that is never closed would make one record of the rest of the file. */
const MAX_RECORD_CHARS = 64 * 1024 * 1024;

/** Records as fields by the names of the header line. A record of the wrong length costs only itself. */
export async function* readCsv(stream: Readable, { file, columns }: RowOptions): AsyncGenerator<RawRow> {
  const parser = stream.pipe(
    parse({
      bom: true,
      record_delimiter: ['\r\n', '\n', '\r'],
      skip_empty_lines: true,
      relax_column_count: true,
      max_record_size: MAX_RECORD_CHARS,
    }),
  );
  stream.once('error', (error) => parser.destroy(error));
  let header: readonly string[] | undefined;
  try {
    for await (const record of parser as AsyncIterable<string[]>) {
      if (header === undefined) header = headerOf(record, file, columns);
      else yield toRow(header, record);
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new ModerationError(
      'invalid_configuration',
      `${file} is malformed (${error.code}): ${place(error)}.`,
      {
        cause: error,
      },
    );
  }
}

function headerOf(record: readonly string[], file: string, { text, image }: RowOptions['columns']): string[] {
  const header = record.map((name) => name.trim());
  if (header.includes(text) || header.includes(image)) return header;
  throw new ModerationError(
    'invalid_configuration',
    `${file} has the columns ${header.join(', ').slice(0, 200)}; expected "${text}" or "${image}" in its first line. ` +
      'Name yours with --text-column and --image-column.',
  );
}

function toRow(header: readonly string[], record: readonly string[]): RawRow {
  const fields = Object.fromEntries(header.map((name, column) => [name, record[column]]));
  if (record.length === header.length) return { fields };
  const problem = `The record has ${record.length} fields; the header has ${header.length}.`;
  return { fields: { text: record.join('\0') }, problem };
}

/** Where it happened; the parser's own message quotes the content. */
function place({ lines }: CsvError & { readonly lines?: number }): string {
  return lines === undefined ? 'no line is known' : `near line ${lines}`;
}
