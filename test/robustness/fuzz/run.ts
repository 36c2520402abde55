import { writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { ServerProcess, Usage } from '../support/server-process.js';
import { makeCase } from './make-case.js';
import { runCase, type Targets } from './run-case.js';
import { Tally } from './tally.js';

export interface FuzzOptions {
  readonly cases: number;
  readonly seed: number;
  readonly from: number;
  readonly concurrency: number;
  readonly model: string;
  readonly out?: string;
}

const FAILED = 1;
const TELL_EVERY_MS = 10_000;

/** The cases of one run, so many at a time, and what became of them. */
export class Run {
  readonly serverSamples: Usage[] = [];
  readonly decoderSamples: Usage[] = [];
  readonly #tally = new Tally();
  readonly #options: FuzzOptions;
  readonly #targets: Targets;
  readonly #server: ServerProcess;
  readonly #started = performance.now();
  readonly #underWay = new Set<number>();
  #next: number;

  constructor(options: FuzzOptions, targets: Targets, server: ServerProcess) {
    this.#options = options;
    this.#targets = targets;
    this.#server = server;
    this.#next = options.from;
  }

  async all(signal: AbortSignal): Promise<void> {
    const done = new AbortController();
    const watching = this.#watch(done.signal);
    const { concurrency } = this.#options;
    await Promise.all(Array.from({ length: concurrency }, () => this.#work(signal)));
    done.abort();
    await watching;
  }

  async #work(signal: AbortSignal): Promise<void> {
    const { seed, from, cases } = this.#options;
    while (this.#next < from + cases && !signal.aborted && !this.#server.ended) {
      const index = this.#next++;
      this.#underWay.add(index);
      const fuzzCase = makeCase(seed, index);
      const verdict = await runCase(index, fuzzCase, this.#targets);
      this.#underWay.delete(index);
      this.#tally.add(index, fuzzCase.family, verdict);
      if (verdict.failure !== undefined) console.error(this.#failureLine(index, verdict.failure));
    }
  }

  /** Memory each second, a line of progress each ten. */
  async #watch(done: AbortSignal): Promise<void> {
    let told = performance.now();
    while (!done.aborted && !this.#server.ended) {
      this.serverSamples.push(this.#server.usage());
      this.decoderSamples.push(this.#targets.decoder.usage());
      if (performance.now() - told >= TELL_EVERY_MS) {
        console.error(this.#progress());
        told = performance.now();
      }
      await delay(1000, undefined, { signal: done }).catch(() => undefined);
    }
  }

  #progress(): string {
    const { cases, seed } = this.#options;
    const seconds = (performance.now() - this.#started) / 1000;
    const rate = this.#tally.cases / seconds;
    const rss = Math.round((this.serverSamples.at(-1)?.rssBytes ?? 0) / 2 ** 20);
    return (
      `${this.#tally.cases} of ${cases} cases, ${this.#tally.failed} failed, ${rate.toFixed(0)}/s, ` +
      `server ${rss} MiB; seed ${seed}, next ${this.#goOnAt()}`
    );
  }

  /** The first case that is not done. */
  #goOnAt(): number {
    return Math.min(this.#next, ...this.#underWay);
  }

  #failureLine(index: number, what: string): string {
    return `FAILED: ${what}\n  npm run test:fuzz -- --seed ${this.#options.seed} --from ${index} --cases 1`;
  }

  report(problems: readonly string[]): void {
    const { cases, from, seed, out } = this.#options;
    const seconds = Math.round((performance.now() - this.#started) / 1000);
    const missing = cases - this.#tally.cases;
    console.log(`${this.#tally.table()}\n`);
    for (const problem of problems) console.log(`FAILED: ${problem}`);
    console.log(`${this.#tally.cases} cases from seed ${seed} in ${seconds} s, ${this.#tally.failed} failed`);
    const peak = (samples: readonly Usage[]): number =>
      Math.max(0, ...samples.map(({ rssBytes }) => rssBytes));
    if (out !== undefined) {
      const outcomes = Object.fromEntries([...this.#tally.outcomes].sort());
      const memory = {
        serverPeakBytes: peak(this.serverSamples),
        decoderPeakBytes: peak(this.decoderSamples),
      };
      const result = { date: new Date().toISOString(), seed, from, cases: this.#tally.cases, seconds };
      const failures = this.#tally.failures;
      writeFileSync(out, `${JSON.stringify({ ...result, outcomes, memory, failures, problems }, null, 2)}\n`);
    }
    if (missing > 0) {
      const left = from + cases - this.#goOnAt();
      console.log(`Go on with: npm run test:fuzz -- --seed ${seed} --from ${this.#goOnAt()} --cases ${left}`);
    }
    if (this.#tally.failed > 0 || problems.length > 0 || missing > 0) process.exitCode = FAILED;
  }
}
