import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { Generation } from './generation.js';

export interface SoakOptions {
  readonly minutes: number;
  readonly model: string;
  readonly seed: number;
  readonly kills: number;
}

export interface Ping {
  readonly status: number;
  readonly ms: number;
}

/** A ping and whether it came while a new process was taking over, when two share the cores. */
export interface SoakPing extends Ping {
  readonly takeover: boolean;
}

const CALIBRATE_MS = 8000;
const CALIBRATE_CALLERS = 24;
const OVERLOAD = 2;
/** Callers beyond that wait at the client; the queues of the server are full long before. */
const MAX_UNDER_WAY = 480;
const TICK_MS = 20;
const TELL_EVERY_MS = 10_000;
/** When the server is restarted, as shares of the time: early, so that one process has the rest to itself. */
const RESTARTS = [0.03, 0.06];
const WORKERS = ['tokenize', 'encode_text', 'decode_image', 'encode_image', 'classify'];
const HANG_EVERY = 5;

/** Twice the load that one server carries, with faults, for so long. */
export class Soak {
  readonly generations: Generation[] = [];
  readonly pings: SoakPing[] = [];
  requestsPerSecond = 0;
  kills = 0;
  readonly #options: SoakOptions;
  #prober: Worker | undefined;
  #index = 0;
  #takingOver = false;

  constructor(options: SoakOptions) {
    this.#options = options;
  }

  async run(signal: AbortSignal): Promise<void> {
    try {
      await this.#newGeneration();
      this.requestsPerSecond = await this.#measureCapacity(signal);
      console.error(
        `capacity: ${this.requestsPerSecond.toFixed(1)} requests/s; sending ${OVERLOAD} times as many`,
      );
      await this.#load(signal);
      await this.#finish();
    } finally {
      await this.#prober?.terminate();
      for (const { server } of this.generations) await server.dispose();
    }
  }

  get current(): Generation {
    const current = this.generations.at(-1);
    if (current === undefined) throw new Error('No server was started.');
    return current;
  }

  async #newGeneration(): Promise<void> {
    const next = await Generation.start(this.#options.model);
    this.generations.push(next);
    if (this.#prober !== undefined) {
      this.#prober.postMessage(next.http.port);
      return;
    }
    const file = new URL('./ping-prober.js', import.meta.url);
    this.#prober = new Worker(file, { workerData: next.http.port });
    this.#prober.on('message', (ping: Ping) => this.pings.push({ ...ping, takeover: this.#takingOver }));
  }

  /** Requests a second that are answered when callers wait for their answers. */
  async #measureCapacity(signal: AbortSignal): Promise<number> {
    const start = performance.now();
    let done = 0;
    const call = async (): Promise<void> => {
      while (performance.now() - start < CALIBRATE_MS && !signal.aborted) {
        await this.#send();
        done += 1;
      }
    };
    await Promise.all(Array.from({ length: CALIBRATE_CALLERS }, call));
    return done / ((performance.now() - start) / 1000);
  }

  #send(): Promise<void> {
    return this.current.send(this.#options.seed, this.#index++);
  }

  async #load(signal: AbortSignal): Promise<void> {
    const totalMs = this.#options.minutes * 60_000;
    const rate = (OVERLOAD * this.requestsPerSecond) / 1000;
    const start = performance.now();
    const restarts = [...RESTARTS];
    let takeover = Promise.resolve();
    let due = 0;
    let sampled = 0;
    let told = 0;
    for (let now = 0; now < totalMs && !signal.aborted; now = performance.now() - start) {
      for (; due < now * rate; due += 1) if (this.current.underWay < MAX_UNDER_WAY) void this.#send();
      if (now > (restarts[0] ?? Number.POSITIVE_INFINITY) * totalMs) {
        restarts.shift();
        // One after the other: a server that is told twice to stop ends at once.
        takeover = takeover.then(() => this.#takeOver());
      }
      if (this.kills < this.#options.kills && now > ((this.kills + 0.5) / this.#options.kills) * totalMs)
        this.#break();
      if (now - sampled >= 1000) {
        sampled = now;
        this.current.usage.push({ at: now / totalMs, ...this.current.server.usage() });
      }
      if (now - told >= TELL_EVERY_MS) {
        told = now;
        this.#tell(now / totalMs);
      }
      await delay(TICK_MS);
    }
    await takeover;
  }

  /** A new process takes over while the old one finishes what it accepted. */
  async #takeOver(): Promise<void> {
    const old = this.current;
    this.#takingOver = true;
    await this.#newGeneration();
    await old.stop();
    this.#takingOver = false;
  }

  #break(): void {
    const worker = WORKERS[this.kills % WORKERS.length];
    this.kills += 1;
    this.current.server.tell(`${this.kills % HANG_EVERY === 0 ? 'hang' : 'kill'} ${worker}`);
  }

  #tell(share: number): void {
    const { ledger, usage, underWay } = this.current;
    const rss = Math.round((usage.at(-1)?.rssBytes ?? 0) / 2 ** 20);
    console.error(
      `${Math.round(100 * share)} %: ${ledger.sentItems} items sent, ${ledger.answered} answered, ` +
        `${ledger.unaccounted.length} lost, ${underWay} under way, ${this.kills} kills, ${rss} MiB`,
    );
  }

  async #finish(): Promise<void> {
    await this.current.settled();
    // The server books a request when its connection is done with it, which is after the reply was read.
    await delay(1000);
    await this.current.reconcile();
    await this.#prober?.terminate();
    await this.current.stop();
  }
}
