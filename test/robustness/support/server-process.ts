import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { linesOf } from '../../../lib/contract/lines.js';
import { projectRoot } from '../../support/project-root.js';

export type LogLine = Readonly<Record<string, unknown>>;

/** Bytes of stderr that are kept. */
const MAX_STDERR = 10_000;

/** The command's own server in a process of its own; of its log the access lines are not kept. */
export class ServerProcess {
  readonly logs: LogLine[] = [];
  /** The exit code, or the signal that ended it. */
  readonly exit: Promise<number | string>;
  ended = false;
  stderr = '';
  readonly #child: ChildProcess;
  #waiting: (() => void)[] = [];

  /** `script`: compiled, relative to the checkout. */
  constructor(script: string, args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
    this.#child = spawn(process.execPath, [join(projectRoot, script), ...args], {
      // As it is hosted: the playground would refuse every Host that is not this machine before anything is read.
      env: { ...process.env, MODERATION_PORT: '0', MODERATION_PLAYGROUND: 'false', ...environment },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const { stdout, stderr } = this.#child;
    if (stdout === null || stderr === null) throw new Error('The server has no output to read.');
    const read = this.#read(stdout);
    stderr.on('data', (chunk: Buffer) => {
      this.stderr = (this.stderr + chunk.toString()).slice(0, MAX_STDERR);
    });
    const closed = new Promise<number | string>((resolve) => {
      this.#child.once('close', (code, signal) => resolve(code ?? signal ?? -1));
    });
    this.exit = Promise.all([closed, read]).then(([code]) => {
      this.ended = true;
      this.#wake();
      return code;
    });
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  /** Sends a message, where its script listens for any. */
  tell(message: string): void {
    this.#child.send(message);
  }

  /** The first log line with this message; rejects when the process ends without it. */
  async line(message: string): Promise<LogLine> {
    for (;;) {
      const found = this.logs.find((line) => line['message'] === message);
      if (found !== undefined) return found;
      if (this.ended) throw new Error(`The server ended before "${message}": ${this.story()}`);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  async port(): Promise<number> {
    return Number(new URL(String((await this.line('listening'))['url'])).port);
  }

  /** What it said of trouble. */
  troubles(): LogLine[] {
    return this.logs.filter(({ level }) => level === 'warn' || level === 'error' || level === 'fatal');
  }

  story(): string {
    return `${this.troubles()
      .slice(-5)
      .map((line) => JSON.stringify(line))
      .join('\n')}${this.stderr}`;
  }

  usage(): Usage {
    return usageOf(this.pid);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Ends it if it still runs. */
  async dispose(): Promise<void> {
    if (!this.ended) this.#child.kill('SIGKILL');
    await this.exit;
  }

  async #read(stdout: Readable): Promise<void> {
    for await (const line of linesOf(stdout)) this.#take(line);
  }

  #take(text: string): void {
    const line = JSON.parse(text) as LogLine;
    if (line['message'] === 'request' && line['level'] !== 'error') return;
    this.logs.push(line);
    this.#wake();
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}

/** What a process holds at the moment: resident bytes, threads, open files. Linux only. */
export interface Usage {
  readonly rssBytes: number;
  readonly threads: number;
  readonly files: number;
}

export function usageOf(pid: number): Usage {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const field = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1]);
  return {
    rssBytes: field('VmRSS') * 1024,
    threads: field('Threads'),
    files: readdirSync(`/proc/${pid}/fd`).length,
  };
}
