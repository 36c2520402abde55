import { type Answered, invoke, NotAnswered } from '../api.js';
import { toBase64 } from '../base64.js';
import { type ErrorBody, type Instance, isUnjudged } from '../contract.js';
import { type Outcome, problem, type Row } from './row.js';

export interface RunOptions {
  /** Requests on the way at a time. */
  readonly concurrency: number;
  /** Posts in a request, at most. */
  readonly maxItems: number;
  /** Bytes of content in a request, at most. */
  readonly maxBytes: number;
  readonly signal: AbortSignal;
  /** Told once for each row. */
  readonly onOutcome: (row: Row, outcome: Outcome, answered?: Answered) => void;
  /** Told when the server asks for patience, in milliseconds. */
  readonly onWait: (ms: number) => void;
}

/** Posts that travel together. */
interface Group {
  readonly rows: readonly Row[];
  /** How often they were sent. */
  readonly attempts: number;
}

const MAX_ATTEMPTS = 6;
const BASE_DELAY_MS = 250;
const MAX_DELAY_MS = 15_000;

/** Sends every row and tells one outcome for each, whatever happens: an answer or an error. */
export async function runBatch(rows: readonly Row[], options: RunOptions): Promise<void> {
  const run = new Run(rows, options);
  await Promise.all(Array.from({ length: options.concurrency }, () => run.work()));
  run.cancelRest();
}

class Run {
  readonly #rows: Iterator<Row>;
  readonly #options: RunOptions;
  readonly #again: Group[] = [];
  #carried: Row | undefined;
  #notBefore = 0;

  constructor(rows: readonly Row[], options: RunOptions) {
    this.#rows = rows.values();
    this.#options = options;
  }

  async work(): Promise<void> {
    const { signal } = this.#options;
    for (;;) {
      await this.#patience();
      const group = signal.aborted ? undefined : (this.#again.shift() ?? this.#fill());
      if (group === undefined) return;
      await this.#send(group);
    }
  }

  /** After the workers ended: what is left was cancelled. */
  cancelRest(): void {
    for (const { rows } of this.#again.splice(0)) for (const row of rows) this.#fail(row, CANCELLED);
    for (let row = this.#next(); row !== undefined; row = this.#next())
      this.#fail(row, row.problem ?? CANCELLED);
  }

  async #send(group: Group): Promise<void> {
    try {
      const instances = await Promise.all(group.rows.map(toInstance));
      const answered = await invoke({ instances }, this.#options.signal);
      for (const [index, row] of group.rows.entries()) this.#settle(row, answered, index, group.attempts + 1);
    } catch (error) {
      if (this.#options.signal.aborted) this.#again.push(group);
      else this.#recover(group, error);
    }
  }

  #settle(row: Row, answered: Answered, index: number, attempts: number): void {
    const answer = answered.reply.predictions[index];
    if (answer === undefined || isUnjudged(answer)) {
      const error = answer?.error ?? problem('reply_invalid', 'The slot is missing.');
      if (error.retryable && attempts < MAX_ATTEMPTS)
        this.#repeat({ rows: [row], attempts }, error.retry_after_ms);
      else this.#fail(row, error);
      return;
    }
    this.#options.onOutcome(row, { judgement: answer }, answered);
  }

  /** A passing failure is tried again; a refused request is halved until the culprit stands alone. */
  #recover({ rows, attempts }: Group, thrown: unknown): void {
    const error =
      thrown instanceof NotAnswered ? thrown : new NotAnswered('defect', 'The page met a defect.', false);
    const sent = attempts + 1;
    if (error.retryable && sent < MAX_ATTEMPTS) {
      this.#repeat({ rows, attempts: sent }, error.retryAfterMs);
    } else if (!error.retryable && rows.length > 1) {
      const half = Math.ceil(rows.length / 2);
      this.#again.push({ rows: rows.slice(0, half), attempts }, { rows: rows.slice(half), attempts });
    } else {
      const { code, message, retryable } = error;
      for (const row of rows) this.#fail(row, { code, message, retryable });
    }
  }

  #repeat(group: Group, hintMs: number | undefined): void {
    const backoff = Math.min(MAX_DELAY_MS, BASE_DELAY_MS * 2 ** group.attempts) * (0.5 + Math.random() / 2);
    const waitMs = Math.max(hintMs ?? 0, backoff);
    this.#notBefore = Math.max(this.#notBefore, performance.now() + waitMs);
    this.#options.onWait(waitMs);
    this.#again.push(group);
  }

  /** All workers wait when the server asked one of them to. */
  async #patience(): Promise<void> {
    const { signal } = this.#options;
    for (let ms = this.#notBefore - performance.now(); ms > 0; ms = this.#notBefore - performance.now()) {
      if (signal.aborted) return;
      await new Promise<void>((resolve) => {
        const finish = (): void => {
          clearTimeout(timer);
          signal.removeEventListener('abort', finish);
          resolve();
        };
        const timer = setTimeout(finish, ms);
        signal.addEventListener('abort', finish);
      });
    }
  }

  /** The next request: as many rows as fit. Rows that cannot be sent are told on the way. */
  #fill(): Group | undefined {
    const rows: Row[] = [];
    let bytes = 0;
    for (let row = this.#next(); row !== undefined; row = this.#next()) {
      if (row.problem !== undefined) {
        this.#fail(row, row.problem);
        continue;
      }
      const size = sizeOf(row);
      if (rows.length > 0 && bytes + size > this.#options.maxBytes) {
        this.#carried = row;
        break;
      }
      bytes += size;
      rows.push(row);
      if (rows.length >= this.#options.maxItems) break;
    }
    return rows.length === 0 ? undefined : { rows, attempts: 0 };
  }

  #next(): Row | undefined {
    const row = this.#carried ?? this.#rows.next().value;
    this.#carried = undefined;
    return row;
  }

  #fail(row: Row, error: ErrorBody): void {
    this.#options.onOutcome(row, { error });
  }
}

const CANCELLED = problem('cancelled', 'The run was cancelled before this post was judged.');

async function toInstance({ number, text, image }: Row): Promise<Instance> {
  const base64 = image instanceof File ? await toBase64(image) : image?.base64;
  return {
    id: String(number),
    ...(text !== undefined && { text }),
    ...(base64 !== undefined && { image_base64: base64 }),
  };
}

/** Characters take up to three bytes; base64 takes four for three. */
function sizeOf({ text = '', image }: Row): number {
  const imageBytes = image instanceof File ? image.size * 1.34 : (image?.base64.length ?? 0);
  return text.length * 3 + imageBytes + 200;
}
