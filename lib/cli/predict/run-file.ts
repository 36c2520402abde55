import type { ClassifyManyOptions, ModerationClient, Outcome, Post } from '../../client/index.js';
import { ModerationError } from '../../contract/errors.js';
import type { PartsOptions } from '../parts-options.js';
import { type OutputContent, OutputFile, type OutputLine, readOutput } from './output-file.js';
import { isProblem, openRows, type Row, type RowOptions, type RowReader } from './rows.js';

export interface FileRun {
  readonly client: ModerationClient;
  readonly input: RowOptions;
  /** The file to write, or to go on with. */
  readonly output: string;
  readonly options: Pick<ClassifyManyOptions, 'concurrency' | 'maxItems' | 'maxRequestBytes'> & PartsOptions;
  readonly signal: AbortSignal;
  /** Bytes of the input: done, and all. */
  readonly onProgress: (done: number, total: number) => void;
}

/** What a run came to, counted in the finished output. */
export interface FileReport extends Omit<OutputContent, 'rows'> {
  /** Rows of the input, each of which has one line in the output. */
  readonly rows: number;
  /** Rows that an earlier run had answered. */
  readonly resumed: number;
}

/** The characters of a hash, the pack's or the policy's, that each line carries. */
const HASH_CHARS = 12;

/** Classifies every row of a file that the output does not answer yet, in order. */
export async function runFile(run: FileRun): Promise<FileReport> {
  const reader = await openRows(run.input);
  const output = await OutputFile.resume(run.output);
  const rows = new PendingRows(reader, run, output);
  try {
    const options = { ...run.options, signal: run.signal };
    for await (const outcome of run.client.classifyMany(rows.posts(), options)) {
      await rows.settle(outcome);
      run.onProgress(reader.bytesRead, reader.totalBytes);
    }
    await rows.settleRest();
  } finally {
    await output.close();
  }
  const { rows: written, ...counts } = await readOutput(run.output);
  if (written.size !== rows.count) {
    const told = `${written.size} rows in ${run.output}, ${rows.count} in ${run.input.file}`;
    throw new ModerationError('invalid_configuration', `${told}: the output belongs to another input.`);
  }
  return { rows: rows.count, resumed: output.done.size, ...counts };
}

/** Rows between reading and writing. Outcomes come in the order of the posts, so the oldest row is always the next. */
class PendingRows {
  readonly #reader: RowReader;
  readonly #run: FileRun;
  readonly #output: OutputFile;
  readonly #pending: Row[] = [];
  count = 0;

  constructor(reader: RowReader, run: FileRun, output: OutputFile) {
    this.#reader = reader;
    this.#run = run;
    this.#output = output;
  }

  /** The posts that have to be sent. */
  async *posts(): AsyncGenerator<Post> {
    for await (const row of this.#reader) {
      this.count += 1;
      if (this.#isDone(row)) continue;
      this.#pending.push(row);
      if (!isProblem(row.content)) yield row.content;
    }
  }

  /** Writes the row of an outcome, and those before it that were not sent. */
  async settle(outcome: Outcome): Promise<void> {
    for (let row = this.#pending.shift(); row !== undefined; row = this.#pending.shift()) {
      if (!isProblem(row.content)) return this.#output.append(lineOf(row, outcome));
      await this.#output.append(problemLine(row, row.content));
    }
  }

  /** Writes the rows after the last outcome. */
  async settleRest(): Promise<void> {
    for (const row of this.#pending) {
      if (isProblem(row.content)) await this.#output.append(problemLine(row, row.content));
    }
  }

  #isDone({ number, key }: Row): boolean {
    const answered = this.#output.done.get(number);
    if (answered === undefined || answered === key) return answered !== undefined;
    const { output, input } = this.#run;
    throw new ModerationError(
      'invalid_configuration',
      `Row ${number} of ${output} answers another post than row ${number} of ${input.file}; name another --output.`,
    );
  }
}

function lineOf({ number, key, id }: Row, outcome: Outcome): OutputLine {
  if (outcome.ok) {
    const { id: _, ...prediction } = outcome.prediction;
    const model = outcome.model.pack.slice(0, HASH_CHARS);
    const policy = outcome.policy?.sha256.slice(0, HASH_CHARS);
    return { row: number, key, id, model, policy, prediction };
  }
  const { code, message, retryable } = outcome.error;
  return { row: number, key, id, error: { code, message, retryable } };
}

function problemLine(
  { number, key, id }: Row,
  { code, message }: { code: string; message: string },
): OutputLine {
  return { row: number, key, id, error: { code, message, retryable: false } };
}
