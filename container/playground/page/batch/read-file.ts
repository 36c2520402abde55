/** The records of a file: CSV with a header line, or JSON Lines. */

export interface Table {
  readonly columns: readonly string[];
  readonly records: readonly TableRecord[];
}

export interface TableRecord {
  readonly fields: Readonly<Record<string, unknown>>;
  /** Why the line cannot be read. It costs only itself. */
  readonly problem?: string;
}

/** Everything is held in memory; larger files are for `moderate predict`. */
const MAX_FILE_BYTES = 100e6;
const MAX_RECORDS = 20_000;

/** @throws Error whose message is for the reader: the file as a whole is none of the two formats, or too large. */
export async function readTable(file: File): Promise<Table> {
  if (file.size > MAX_FILE_BYTES) throw tooLarge('100 MB');
  const text = (await file.text()).replace(/^\uFEFF/, '');
  const table = /\.(?:jsonl|ndjson|jsonlines)$/i.test(file.name) ? readJsonLines(text) : await readCsv(text);
  if (table.records.length === 0)
    throw new Error('The file has no posts: a header line and one more, or one JSON line.');
  if (table.records.length > MAX_RECORDS) throw tooLarge(`${MAX_RECORDS} posts`);
  return table;
}

async function readCsv(text: string): Promise<Table> {
  const { CsvError, parse } = await import('./csv-parse.js');
  try {
    const options = {
      record_delimiter: ['\r\n', '\n', '\r'],
      skip_empty_lines: true,
      relax_column_count: true,
    };
    const [header = [], ...rows] = parse(text, options);
    const columns = header.map((name) => name.trim());
    return { columns, records: rows.map((row) => toRecord(columns, row)) };
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new Error(`The file is no well-formed CSV (${error.code}).`);
  }
}

function toRecord(columns: readonly string[], row: readonly string[]): TableRecord {
  const fields = Object.fromEntries(columns.map((name, index) => [name, row[index]]));
  if (row.length === columns.length) return { fields };
  return { fields, problem: `The record has ${row.length} fields; the header has ${columns.length}.` };
}

function readJsonLines(text: string): Table {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const records = lines.map(parseLine);
  return { columns: [...new Set(records.flatMap(({ fields }) => Object.keys(fields)))], records };
}

function parseLine(line: string): TableRecord {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return { fields: value as Record<string, unknown> };
    }
  } catch {
    // Told below.
  }
  return { fields: {}, problem: 'The line is no JSON object.' };
}

function tooLarge(limit: string): Error {
  return new Error(`The page takes files of up to ${limit}; use "moderate predict --input FILE" for more.`);
}
