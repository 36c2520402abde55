import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { projectRoot } from '../../support/project-root.js';
import { type Usage, usageOf } from '../support/server-process.js';
import type { Verdict } from './fuzz-case.js';

const SCRIPT = join(projectRoot, 'dist/test/robustness/fuzz/decode-child.js');

/** The decoder in a process of its own, replaced when it dies; the cases it held then have failed. */
export class Decoder {
  readonly #seed: number;
  readonly #waiting = new Map<number, (verdict: Verdict) => void>();
  #child: ChildProcess;
  #closed = false;

  constructor(seed: number) {
    this.#seed = seed;
    this.#child = this.#start();
  }

  decode(index: number): Promise<Verdict> {
    return new Promise((resolve) => {
      this.#waiting.set(index, resolve);
      this.#child.send(index);
    });
  }

  usage(): Usage {
    return usageOf(this.#child.pid ?? -1);
  }

  close(): void {
    this.#closed = true;
    this.#child.kill();
  }

  #start(): ChildProcess {
    const child = fork(SCRIPT, [String(this.#seed)]);
    child.on('message', ({ index, verdict }: { index: number; verdict: Verdict }) => {
      this.#waiting.get(index)?.(verdict);
      this.#waiting.delete(index);
    });
    child.once('exit', (code, signal) => {
      if (this.#closed) return;
      const failure = `the decoder's process ended: ${signal ?? code}`;
      for (const resolve of this.#waiting.values()) resolve({ outcome: 'ended the process', failure });
      this.#waiting.clear();
      this.#child = this.#start();
    });
    return child;
  }
}
