import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { projectRoot } from '../../support/project-root.js';
import { until } from '../../support/until.js';

/** Serves a fake engine. */
const FAKE = ['dist/test/container/support/serve-fake.js'];

/** A server in a process of its own. */
export class ChildServer {
  readonly #child: ChildProcess;
  #out = '';
  #error = '';
  #taken = 0;
  #closed = false;
  /** The exit code, or the signal that ended it. */
  readonly exit: Promise<number | string>;

  /** `command`: a compiled script, relative to the checkout, and its arguments. */
  constructor(environment: Record<string, string> = {}, [script = '', ...rest]: readonly string[] = FAKE) {
    const env = {
      PATH: process.env['PATH'],
      MODERATION_PORT: '0',
      MODERATION_MODEL_DIR: '/a/model',
      ...environment,
    };
    this.#child = spawn(process.execPath, [join(projectRoot, script), ...rest], {
      env,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#child.stdout?.on('data', (chunk) => {
      this.#out += chunk;
    });
    this.#child.stderr?.on('data', (chunk) => {
      this.#error += chunk;
    });
    this.#child.on('message', () => {
      this.#taken += 1;
    });
    this.exit = new Promise((resolve) =>
      this.#child.on('close', (code, signal) => {
        this.#closed = true;
        resolve(code ?? signal ?? -1);
      }),
    );
  }

  get logs(): Record<string, unknown>[] {
    const lines = this.#out.split('\n').filter((line) => line !== '');
    return lines.map((line) => JSON.parse(line));
  }

  get rawLog(): string {
    return this.#out;
  }

  get stderr(): string {
    return this.#error;
  }

  /** The first line with this message. */
  async line(message: string): Promise<Record<string, unknown>> {
    for (;;) {
      const complete = this.#out
        .slice(0, this.#out.lastIndexOf('\n') + 1)
        .split('\n')
        .filter((line) => line !== '');
      const found = complete.map((line) => JSON.parse(line)).find((line) => line.message === message);
      if (found !== undefined) return found;
      if (this.#closed) throw new Error(`exited before "${message}": ${this.#out}${this.#error}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  async url(): Promise<string> {
    return String((await this.line('listening'))['url']);
  }

  /** Posts one item of this text, or a body of this type. */
  async post(body: string | Uint8Array | FormData, type?: string): Promise<Response> {
    return fetch(`${await this.url()}/invocations`, {
      method: 'POST',
      ...(body instanceof FormData ? {} : { headers: { 'content-type': type ?? 'application/json' } }),
      body: typeof body === 'string' && type === undefined ? JSON.stringify({ text: body }) : body,
    });
  }

  /** Resolves when so many posts are with the fake engine, which does not answer them yet. */
  async taking(posts: number): Promise<void> {
    await until(() => this.#taken >= posts);
  }

  /** Lets the fake engine answer what it holds. */
  release(): void {
    this.#child.send('release');
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Ends it if it still runs. */
  async dispose(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill('SIGKILL');
    await this.exit;
  }
}
