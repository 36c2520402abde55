/** Labelled posts through a model into a predictions file, which an interrupted run can go on with. */
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { append, writeAtomically } from '../../checkpoint/atomic-file.js';
import {
  type ClassifyManyOptions,
  imageFile,
  type ModerationClient,
  type Outcome,
  type Post,
} from '../../client/index.js';
import { ModerationError } from '../../contract/errors.js';
import { linesOf } from '../../contract/lines.js';
import { type DataPost, type DataRow, isRowProblem } from '../../evaluate/data/data-row.js';
import type { DataSource } from '../../evaluate/data/data-source.js';
import { labelNames, resolveLabels } from '../../evaluate/data/labels.js';
import {
  isHeader,
  type PredictionsHeader,
  parsePredictionLine,
} from '../../evaluate/data/predictions-format.js';
import { hasText } from '../../text/presence.js';
import type { PartsOptions } from '../parts-options.js';
import { OutputFile } from '../predict/output-file.js';

export interface PredictionRun {
  readonly client: ModerationClient;
  readonly data: DataSource;
  /** The file to write, or to go on with. */
  readonly output: string;
  /** Whether posts with text and image are judged by each alone as well. */
  readonly ablation: boolean;
  readonly options: Pick<ClassifyManyOptions, 'concurrency' | 'maxItems' | 'maxRequestBytes'> & PartsOptions;
  readonly signal: AbortSignal;
  /** Bytes of the data: done, and all. */
  readonly onProgress: (done: number, total: number) => void;
}

/**
 * Classifies every row that the file does not answer yet. The file is complete when this resolves.
 *
 * @returns the rows that an earlier run had answered
 * @throws ModerationError `invalid_configuration` when the file belongs to other data or another model, or nothing at
 * all could be judged
 */
export async function collectPredictions(run: PredictionRun): Promise<number> {
  const { data, output: path } = run;
  const earlier = await findHeader(path);
  const file = await OutputFile.resume(path, knownLine);
  const rows = new PendingRows(run, file, earlier);
  try {
    for await (const outcome of run.client.classifyMany(rows.posts(), {
      ...run.options,
      signal: run.signal,
    })) {
      await rows.settle(outcome);
      run.onProgress(data.bytesRead, data.totalBytes);
    }
    await rows.settleRest();
  } finally {
    await file.close();
  }
  const { header, count } = rows;
  if (header === undefined) {
    throw new ModerationError('invalid_configuration', await nothingJudged(path, count));
  }
  await finish(path, { ...header, data: { name: data.name, sha256: await data.sha256(), rows: count } });
  return file.done.size;
}

function knownLine(text: string) {
  const line = parsePredictionLine(text);
  return line && isHeader(line)
    ? 'header'
    : line && { ...line, error: 'error' in line ? line.error : undefined };
}

/** A header stands first in a finished file, and after the rows that had no answer in another. */
async function findHeader(path: string): Promise<PredictionsHeader | undefined> {
  if ((await stat(path).catch(() => undefined)) === undefined) return undefined;
  const stream = createReadStream(path);
  try {
    for await (const text of linesOf(stream)) {
      const line = parsePredictionLine(text);
      if (line && isHeader(line)) return line;
    }
    return undefined;
  } finally {
    stream.destroy();
  }
}

/** Puts the header first, now that it is known what the data is. */
async function finish(path: string, header: PredictionsHeader): Promise<void> {
  await writeAtomically(path, async (handle) => {
    await append(handle, Buffer.from(`${JSON.stringify(header)}\n`));
    let chunk = '';
    for await (const text of linesOf(createReadStream(path))) {
      const line = text.startsWith('{"predictions"') ? parsePredictionLine(text) : undefined;
      if (line && isHeader(line)) continue;
      chunk += `${text}\n`;
      if (chunk.length < CHUNK_CHARS) continue;
      await append(handle, Buffer.from(chunk));
      chunk = '';
    }
    await append(handle, Buffer.from(chunk));
    await handle.sync();
  });
}

const CHUNK_CHARS = 1 << 20;

async function nothingJudged(path: string, count: number): Promise<string> {
  const codes = new Set((await readFile(path, 'utf8')).match(/(?<="error":\{"code":")[a-z_]+/g));
  return `None of ${count} rows was judged (${[...codes].join(', ') || 'there are none'}); ${path} tells each row's error.`;
}

interface PendingRow {
  readonly row: DataRow;
  /** The post as it is, then as text alone and as image alone where both are asked for. */
  readonly posts: readonly Post[];
  readonly outcomes: Outcome[];
}

/** Rows between reading and writing. Outcomes come in the order of the posts, so the oldest row is always the next. */
class PendingRows {
  readonly #run: PredictionRun;
  readonly #file: OutputFile;
  readonly #pending: PendingRow[] = [];
  header: PredictionsHeader | undefined;
  count = 0;

  constructor(run: PredictionRun, file: OutputFile, header: PredictionsHeader | undefined) {
    this.#run = run;
    this.#file = file;
    this.header = header;
  }

  async *posts(): AsyncGenerator<Post> {
    for await (const row of this.#run.data) {
      this.count += 1;
      if (this.#isDone(row)) continue;
      const posts = isRowProblem(row.content) ? [] : variantsOf(row.content, this.#run.ablation);
      this.#pending.push({ row, posts, outcomes: [] });
      yield* posts;
    }
    const last = Math.max(0, ...this.#file.done.keys());
    if (last > this.count) this.#refuse(`row ${last}, and the data has ${this.count} rows`);
  }

  /** Takes an outcome, and writes the rows that are complete by it. */
  async settle(outcome: Outcome): Promise<void> {
    await this.settleRest();
    this.#pending[0]?.outcomes.push(outcome);
    await this.settleRest();
  }

  /** Writes the oldest rows for which no outcome is missing. */
  async settleRest(): Promise<void> {
    for (let next = this.#pending[0]; next !== undefined; next = this.#pending[0]) {
      if (next.outcomes.length < next.posts.length) return;
      this.#pending.shift();
      await this.#write(next);
    }
  }

  async #write({ row, outcomes }: PendingRow): Promise<void> {
    const { content } = row;
    if (isRowProblem(content)) return this.#file.append(errorLine(row, { ...content, retryable: false }));
    const failed = outcomes.find((outcome, index) => !outcome.ok && (index === 0 || outcome.error.retryable));
    if (failed && !failed.ok) {
      const { code, message, retryable } = failed.error;
      return this.#file.append(errorLine(row, { code, message, retryable }));
    }
    const [whole, text, image] = outcomes;
    if (!whole?.ok || row.labels === undefined) throw new TypeError('a row without an outcome');
    const { classes } = await this.#headerOf(whole);
    const labels = labelsOf(row.labels, classes);
    if (typeof labels === 'string') {
      return this.#file.append(errorLine(row, { code: 'label_invalid', message: labels, retryable: false }));
    }
    await this.#file.append({
      row: row.row,
      key: row.key,
      id: row.id,
      probabilities: whole.prediction.probabilities,
      modalities: whole.prediction.modalities_used,
      ...((whole.prediction.unseen?.length ?? 0) > 0 && { unseen: whole.prediction.unseen }),
      ...(whole.prediction.parts && { answers: whole.prediction.parts.length }),
      ...labels,
      ...(Object.keys(row.groups).length > 0 && { groups: row.groups }),
      ...(text && image && { ablation: { text: variantLine(text), image: variantLine(image) } }),
    });
  }

  /** Writes the header at the first answer; every later answer must come from the same model. */
  async #headerOf({ model, thresholds, policy }: Outcome & { ok: true }): Promise<PredictionsHeader> {
    const { frames, windows, tiles, views } = this.#run.options;
    const asked = Object.entries({ frames, windows, tiles, views }).filter(
      ([, value]) => value !== undefined,
    );
    const header: PredictionsHeader = {
      predictions: 1,
      classes: Object.keys(thresholds),
      thresholds: Object.values(thresholds),
      model: {
        name: model.name,
        pack: model.pack,
        precision: model.precision,
        demonstration: model.demonstration,
      },
      ...(policy && { policy }),
      ...(asked.length > 0 && { parts: Object.fromEntries(asked) }),
      data: null,
    };
    if (this.header === undefined) {
      this.header = header;
      await this.#file.append(header);
    }
    if (isDeepStrictEqual({ ...this.header, data: null }, header)) return this.header;
    return this.#refuse(
      `the model ${this.header.model.name}, and now another model, policy or other thresholds answer, or other parts are judged`,
    );
  }

  #isDone({ row, key }: DataRow): boolean {
    const answered = this.#file.done.get(row);
    if (answered === undefined || answered === key) return answered !== undefined;
    return this.#refuse(`row ${row}, and that row of the data is another post now`);
  }

  #refuse(what: string): never {
    throw new ModerationError(
      'invalid_configuration',
      `${this.#run.output} holds predictions of ${what}; name another --out, or delete it.`,
    );
  }
}

function variantsOf({ text, image }: DataPost, ablation: boolean): Post[] {
  const source = image === null ? null : 'path' in image ? imageFile(image.path) : image;
  const both = text !== null && hasText(text) && source !== null;
  return [{ text, image: source }, ...(ablation && both ? [{ text }, { image: source }] : [])];
}

/** The labels as a line has them; a string tells why they are none of the model's. */
function labelsOf(given: NonNullable<DataRow['labels']>, classes: readonly string[]) {
  if (given.kind === 'binary' && classes.length > 1) return { harmful: given.harmful };
  const truth = resolveLabels(given, classes);
  return typeof truth === 'string' ? truth : { labels: labelNames(truth, classes) };
}

function variantLine(outcome: Outcome): object {
  if (outcome.ok) return { probabilities: outcome.prediction.probabilities };
  return { error: { code: outcome.error.code } };
}

function errorLine(
  { row, key, id, line }: DataRow,
  error: { readonly code: string; readonly message: string; readonly retryable: boolean },
): object {
  return { row, key, id, line, error };
}
