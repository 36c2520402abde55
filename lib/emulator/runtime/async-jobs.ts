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
  readonly #stop = new AbortController();
  readonly #waiting: { readonly job: AsyncJob; readonly since: number }[] = [];
  #running = 0;

  constructor(container: Container, store: FolderStore) {
    this.#container = container;
    this.#store = store;
  }

  add(job: AsyncJob): void {
    this.#waiting.push({ job, since: performance.now() });
    this.#next();
  }

  /** Drops what waits and breaks off what runs. */
  close(): void {
    this.#waiting.length = 0;
    this.#stop.abort();
  }

  #next(): void {
    if (this.#running >= ASYNC_CONCURRENCY) return;
    const entry = this.#waiting.shift();
    if (entry === undefined) return;
    this.#running += 1;
    const expired = performance.now() - entry.since > entry.job.ttlMs;
    void this.#work(entry.job, expired)
      .catch(() => undefined)
      .finally(() => {
        this.#running -= 1;
        this.#next();
      });
  }

  async #work(job: AsyncJob, expired: boolean): Promise<void> {
    try {
      if (expired) throw new AwsError(400, 'Expired', 'The request expired before it was processed.');
      await this.#store.put(job.output, await this.#answer(job));
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
    const answer = await strike(fault, ask, signal);
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
