import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Pack } from '../../lib/checkpoint/pack/pack.js';
import { loadTokenizer } from '../../lib/text/tokenizer.js';
import { type PostMaterial, postStream } from '../posts/post-stream.js';
import type { RawCall, RawCosts, RawStart } from './raw-limit.js';

const TEXTS = 96;
const LOG_TAIL = 500;

/** onnxruntime alone in a process of its own, so that neither memory nor threads of it meet those of a server. */
export class RawProcess {
  readonly #child: ChildProcess;
  readonly #kill = (): void => void this.#child.kill('SIGKILL');
  #errors = '';

  private constructor(start: RawStart) {
    const script = fileURLToPath(new URL('./raw-limit.js', import.meta.url));
    this.#child = fork(script, [JSON.stringify(start)], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#errors = (this.#errors + text).slice(-LOG_TAIL);
    });
    process.once('exit', this.#kill);
  }

  /** On the first texts of the first text window. */
  static async open(pack: Pack, material: PostMaterial): Promise<RawProcess> {
    const { text } = pack.manifest;
    const tokenizer = loadTokenizer(pack.path(text.tokenizer), text);
    const posts = postStream('text', 0, material);
    const texts = Array.from({ length: TEXTS }, () => [
      ...tokenizer.encode(posts.next().value.text ?? '').ids,
    ]);
    const raw = new RawProcess({ packFolder: pack.folder, threads: availableParallelism(), texts });
    try {
      await raw.#message();
    } catch (error) {
      raw.close();
      throw error;
    }
    return raw;
  }

  async costs(call: RawCall): Promise<RawCosts> {
    this.#child.send(call);
    return (await this.#message()) as RawCosts;
  }

  close(): void {
    process.off('exit', this.#kill);
    this.#kill();
  }

  async #message(): Promise<unknown> {
    const done = new AbortController();
    const options = { signal: done.signal };
    try {
      const ended = once(this.#child, 'close', options).then(() => {
        throw new Error(`the raw limit was not measured: ${this.#errors.trim()}`);
      });
      const [message] = (await Promise.race([once(this.#child, 'message', options), ended])) as [unknown];
      return message;
    } finally {
      done.abort();
    }
  }
}
