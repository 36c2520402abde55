import { type ChildProcess, fork, type Serializable } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const LOG_TAIL = 500;

/** A script of this folder in a process of its own, so that neither memory nor threads of it meet those of a server. */
export class MeasuringChild {
  readonly #child: ChildProcess;
  readonly #kill = (): void => void this.#child.kill('SIGKILL');
  #errors = '';

  /** Starts it with one argument, as JSON. */
  constructor(script: 'raw-limit' | 'start-alone', argument: unknown) {
    const file = fileURLToPath(new URL(`./${script}.js`, import.meta.url));
    this.#child = fork(file, [JSON.stringify(argument)], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#errors = (this.#errors + text).slice(-LOG_TAIL);
    });
    process.once('exit', this.#kill);
  }

  send(message: Serializable): void {
    this.#child.send(message);
  }

  /** The next that it sends. Rejects with the end of its log when it ends first. */
  async message(): Promise<unknown> {
    const done = new AbortController();
    const options = { signal: done.signal };
    try {
      const ended = once(this.#child, 'close', options).then(() => {
        throw new Error(`onnxruntime alone was not measured: ${this.#errors.trim()}`);
      });
      const [message] = (await Promise.race([once(this.#child, 'message', options), ended])) as [unknown];
      return message;
    } finally {
      done.abort();
    }
  }

  close(): void {
    process.off('exit', this.#kill);
    this.#kill();
  }
}
