import type { Clock } from '../../time/clock.js';
import { ConnectionReset, strike } from '../faults/apply.js';
import type { Fault } from '../faults/fault.js';
import { AwsError, modelError } from '../http/aws-error.js';
import { ASYNC_CONCURRENCY } from '../limits.js';
import type { FolderStore, ObjectName } from '../s3/folder-store.js';
import { type Container, ContainerSilent } from './container.js';

/** A request that an asynchronous endpoint has accepted. */
export interface AsyncJob {
  readonly endpointName: string;
  /** The payload, or where it lies. */
  readonly input: Buffer | ObjectName;
  readonly headers: Readonly<Record<string, string>>;
  readonly output: ObjectName;
  readonly failure: ObjectName;
  readonly timeoutMs: number;
  /** Milliseconds that it may wait for its turn. */
  readonly ttlMs: number;
  readonly fault: Fault | undefined;
}

/** Works through accepted requests, a few at a time, and writes each answer, or why there is none, into the store. */
export class AsyncJobs {
  readonly #container: Container;
  readonly #store: FolderStore;
  readonly #clock: Clock;
  readonly #stop = new AbortController();
  readonly #waiting: { readonly job: AsyncJob; readonly since: number }[] = [];
  readonly #running = new Set<Promise<void>>();

  constructor(container: Container, store: FolderStore, clock: Clock) {
    this.#container = container;
    this.#store = store;
    this.#clock = clock;
  }

  /** Takes the job, unless closed. */
  add(job: AsyncJob): void {
    if (this.#stop.signal.aborted) return;
    this.#waiting.push({ job, since: this.#clock.now() });
    this.#next();
  }

  /** Drops what waits and breaks off what runs. Nothing is written to the store once this has resolved. */
  async close(): Promise<void> {
    this.#waiting.length = 0;
    this.#stop.abort();
    await Promise.all(this.#running);
  }

  #next(): void {
    if (this.#running.size >= ASYNC_CONCURRENCY) return;
    const entry = this.#waiting.shift();
    if (entry === undefined) return;
    const expired = this.#clock.now() - entry.since > entry.job.ttlMs;
    const work = this.#work(entry.job, expired)
      .catch(() => undefined)
      .finally(() => {
        this.#running.delete(work);
        this.#next();
      });
    this.#running.add(work);
  }

  async #work(job: AsyncJob, expired: boolean): Promise<void> {
    try {
      if (expired) throw new AwsError(400, 'Expired', 'The request expired before it was processed.');
      const answer = await this.#answer(job);
      if (this.#stop.signal.aborted) return;
      await this.#store.put(job.output, answer);
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      await this.#store.put(job.failure, Buffer.from(reasonOf(error, job)));
    }
  }

  async #answer({ endpointName, input, headers, timeoutMs, fault }: AsyncJob): Promise<Buffer> {
    const body = Buffer.isBuffer(input) ? input : await this.#store.get(input);
    if (body === undefined) throw new AwsError(404, 'NoSuchKey', 'The input object does not exist.');
    const { signal } = this.#stop;
    const ask = () => this.#container.invoke({ headers, body, timeoutMs, signal });
    const answer = await strike(fault, ask, { signal, clock: this.#clock });
    if (answer.cutShort) throw new ConnectionReset();
    if (answer.status >= 400) {
      throw modelError({ endpointName, status: answer.status, body: answer.body.toString() });
    }
    if (answer.headers['content-length'] === undefined) {
      const missing =
        'The response from container primary did not specify the required Content-Length header';
      throw new AwsError(400, 'MissingContentLength', missing);
    }
    return answer.body;
  }
}

/** The content of the failure object. */
function reasonOf(error: unknown, { endpointName }: AsyncJob): string {
  if (error instanceof AwsError) return error.message;
  const silent = error instanceof ContainerSilent ? error : new ContainerSilent('broken');
  return modelError({ endpointName, status: 0, body: silent.message }).message;
}
