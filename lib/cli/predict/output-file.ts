/** The answers of a run: JSON Lines that are only ever appended to, so that an interrupted run can go on. */
import { createReadStream } from 'node:fs';
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { z } from 'zod';
import { ACTIONS, type Action } from '../../contract/action.js';
import { ModerationError } from '../../contract/errors.js';
import { linesOf } from '../../contract/lines.js';

/** A row's line: its prediction or its error, never both. */
export interface OutputLine {
  readonly row: number;
  readonly key: string;
  readonly id?: string | undefined;
  /** The first characters of the pack's hash. */
  readonly model?: string | undefined;
  /** The first characters of the policy's hash. */
  readonly policy?: string | undefined;
  readonly prediction?: object | undefined;
  readonly error?:
    | { readonly code: string; readonly message: string; readonly retryable: boolean }
    | undefined;
}

const lineSchema = z.object({
  row: z.int().positive(),
  key: z.string(),
  prediction: z
    .object({ any_harmful: z.boolean(), decision: z.enum(ACTIONS).optional(), audit: z.boolean().optional() })
    .optional(),
  error: z.object({ code: z.string(), retryable: z.boolean() }).optional(),
});

type ReadLine = z.infer<typeof lineSchema>;

/** What going on with a file needs to know of a line; `header`: a line about all rows, which is kept. */
export type KnownLine =
  | {
      readonly row: number;
      readonly key: string;
      readonly error?: { readonly retryable: boolean } | undefined;
    }
  | 'header';

/** Reads a line; undefined: it is none of the file's. */
export type LineParser<Line> = (text: string) => Line | undefined;

/** What an output holds. */
export interface OutputContent {
  /** The key of every row that has its line. */
  readonly rows: ReadonlyMap<number, string>;
  readonly harmful: number;
  /** How many rows were allowed, sent to review and flagged; empty without a policy. */
  readonly decisions: ReadonlyMap<Action, number>;
  /** How many of those for review were drawn at random. */
  readonly audits: number;
  /** How many rows have an error, by code. */
  readonly errors: ReadonlyMap<string, number>;
}

export class OutputFile {
  readonly #file: FileHandle;

  private constructor(
    /** The rows that need no answer any more. */
    readonly done: ReadonlyMap<number, string>,
    file: FileHandle,
  ) {
    this.#file = file;
  }

  /**
   * Opens a file to go on with. What an interrupted run left half-written, and rows that failed for a passing reason, are
   * taken out first: they are tried again.
   *
   * @param parseLine tells the lines of the file; default: those of predictions
   * @throws ModerationError `invalid_configuration` for a file that holds something else
   */
  static async resume(path: string, parseLine: LineParser<KnownLine> = parse): Promise<OutputFile> {
    const draft = `${path}.part`;
    const file = await open(draft, 'w');
    const done = new Map<number, string>();
    try {
      for await (const { text, line } of readLines(path, parseLine)) {
        if (line === undefined) continue;
        if (line !== 'header') {
          if (line.error?.retryable || done.has(line.row)) continue;
          done.set(line.row, line.key);
        }
        await file.write(`${text}\n`);
      }
      await file.sync();
      const { size } = await file.stat();
      if (size !== (await sizeOf(path))) await rename(draft, path);
    } finally {
      await file.close();
      await rm(draft, { force: true });
    }
    return new OutputFile(done, await open(path, 'a'));
  }

  async append(line: object): Promise<void> {
    await this.#file.write(`${JSON.stringify(line)}\n`);
  }

  async close(): Promise<void> {
    await this.#file.sync();
    await this.#file.close();
  }
}

/** Counts what stands in a file, independently of who wrote it. */
export async function readOutput(path: string): Promise<OutputContent> {
  const rows = new Map<number, string>();
  const errors = new Map<string, number>();
  const decisions = new Map<Action, number>();
  let [harmful, audits] = [0, 0];
  for await (const { line } of readLines(path, parse)) {
    if (line === undefined || rows.has(line.row)) {
      throw new ModerationError('internal', `${path} has a row twice, or a line that is not whole.`);
    }
    rows.set(line.row, line.key);
    const { any_harmful: isHarmful, decision, audit } = line.prediction ?? {};
    if (isHarmful) harmful += 1;
    if (audit) audits += 1;
    if (decision !== undefined) decisions.set(decision, (decisions.get(decision) ?? 0) + 1);
    if (line.error !== undefined) errors.set(line.error.code, (errors.get(line.error.code) ?? 0) + 1);
  }
  return { rows, harmful, decisions, audits, errors };
}

/** The lines of a file; only the last may be half a line. A missing file has none. */
async function* readLines<Line>(
  path: string,
  parseLine: LineParser<Line>,
): AsyncGenerator<{ text: string; line: Line | undefined }> {
  const stream = createReadStream(path);
  let torn: number | undefined;
  let number = 0;
  try {
    for await (const text of linesOf(stream)) {
      number += 1;
      if (torn !== undefined) refuse(path, torn);
      const line = parseLine(text);
      if (line === undefined) torn = number;
      yield { text, line };
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  } finally {
    stream.destroy();
  }
}

function parse(text: string): ReadLine | undefined {
  try {
    const { success, data } = lineSchema.safeParse(JSON.parse(text));
    return success && (data.prediction === undefined) !== (data.error === undefined) ? data : undefined;
  } catch {
    return undefined;
  }
}

function refuse(path: string, line: number): never {
  throw new ModerationError(
    'invalid_configuration',
    `Line ${line} of ${path} is none that this command writes; name another --output.`,
  );
}

async function sizeOf(path: string): Promise<number> {
  const found = await stat(path).catch(() => undefined);
  return found?.size ?? 0;
}
