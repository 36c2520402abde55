import type { Readable } from 'node:stream';
import { CsvError, type Info, parse } from 'csv-parse';
import { ModerationError } from '../../contract/errors.js';
import type { RawRow } from './raw-row.js';

/** A quotation mark that is never closed would make one record of the rest of the file. */
const MAX_RECORD_CHARS = 64 * 1024 * 1024;

export interface CsvOptions {
  /** For messages. */
  readonly file: string;
  /** What is wrong with the names of the header line; undefined: nothing. */
  readonly checkHeader: (names: readonly string[]) => string | undefined;
}

interface Parsed {
  readonly record: readonly string[];
  readonly info: Info;
}

/**
 * Records as fields by the names of the header line. A record of the wrong length costs only itself.
 *
 * @throws ModerationError `invalid_configuration` for a header that is refused and for quotation marks that do not pair
 */
export async function* readCsv(stream: Readable, { file, checkHeader }: CsvOptions): AsyncGenerator<RawRow> {
  const parser = stream.pipe(
    parse({
      bom: true,
      record_delimiter: ['\r\n', '\n', '\r'],
      skip_empty_lines: true,
      relax_column_count: true,
      max_record_size: MAX_RECORD_CHARS,
      info: true,
    }),
  );
  stream.once('error', (error) => parser.destroy(error));
  let header: readonly string[] | undefined;
  try {
    for await (const { record, info } of parser as AsyncIterable<Parsed>) {
      if (header !== undefined) yield toRow(header, record, info);
      else header = headerOf(record, file, checkHeader);
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new ModerationError(
      'invalid_configuration',
      `${file} is malformed (${error.code}): ${place(error)}.`,
      { cause: error },
    );
  }
}

function headerOf(
  record: readonly string[],
  file: string,
  checkHeader: CsvOptions['checkHeader'],
): readonly string[] {
  const header = record.map((name) => name.trim());
  const problem = checkHeader(header);
  if (problem === undefined) return header;
  throw new ModerationError(
    'invalid_configuration',
    `${file} has the columns ${header.join(', ').slice(0, 200)}; ${problem}`,
  );
}

function toRow(header: readonly string[], record: readonly string[], info: Info): RawRow {
  const fields = Object.fromEntries(header.map((name, column) => [name, record[column]]));
  const line = info.lines - record.reduce((count, field) => count + lineBreaks(field), 0);
  if (record.length === header.length) return { fields, line };
  const problem = `The record has ${record.length} fields; the header has ${header.length}.`;
  return { fields: { text: record.join('\0') }, line, problem };
}

function lineBreaks(field: string): number {
  let count = 0;
  for (let at = field.indexOf('\n'); at >= 0; at = field.indexOf('\n', at + 1)) count += 1;
  return count;
}

/** Where it happened; the parser's own message quotes the content. */
function place({ lines }: CsvError & { readonly lines?: number }): string {
  return lines === undefined ? 'no line is known' : `near line ${lines}`;
}
