import type { BenchContext } from './benchmark.js';
import type { SystemAnswers } from './compare.js';
import { type Answer, readAnswer } from './load/answer.js';
import { closedLoop } from './load/closed-loop.js';
import { Connections } from './load/connection.js';
import { pingUnderLoad } from './load/ping-under-load.js';
import { CoreMeter } from './measure-cores.js';
import { bodyOf } from './posts/body.js';
import { postStream, prepareTexts, type Scenario } from './posts/post-stream.js';
import { BatchMeter } from './raw/batch-sizes.js';
import { measureStartAlone } from './raw/measure-start-alone.js';
import { RawProcess } from './raw/raw-process.js';
import type { Alone, PingResult, SystemRun, Window } from './report/results.js';
import { median, quantile } from './report/statistics.js';
import { processFigures } from './systems/process-figures.js';
import { type RunningSystem, startSystem } from './systems/running-system.js';
import type { SystemDefinition, SystemName } from './systems/system.js';
import { untilIdle } from './systems/until-idle.js';

export interface SystemMeasurement {
  readonly run: SystemRun;
  readonly answers: SystemAnswers;
}

/** Numbers of streams that are not windows. */
const COMPARED = 900;
const COMPLETION = 901;
const OVERLOAD = 902;
/** Posts a second that texts are made for ahead of time, with and without an image. */
const AHEAD = { text: 500, other: 60 };
const OVERLOAD_SECONDS = 4;
const OVERLOAD_FACTOR = 2;
/** How long a graph runs alone, as a share of a window. */
const ALONE_SHARE = 0.5;

/** Why a part ended early. */
export function reasonOf(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return 'interrupted; what is missing was not measured.';
  return error instanceof Error ? error.message : String(error);
}

/**
 * One life of a server: its start, compared posts, windows, memory, `/ping` under overload, its end. A step that fails is
 * a problem beside what was measured until then, and the steps after it are left out.
 */
export class Life {
  readonly name: SystemName;
  readonly #windows: Window[] = [];
  readonly #problems: string[] = [];
  #answers: readonly Answer[] = [];
  #residentBytes: number | null = null;
  #peakBytes: number | null = null;
  #ping: PingResult | null = null;
  /** What runs the same graphs without the server. */
  #raw: RawProcess | undefined;
  #answered = 0;
  #failed = false;

  private constructor(
    private readonly definition: SystemDefinition,
    private readonly system: RunningSystem,
    private readonly startAloneMs: number | null,
    private readonly round: number,
    private readonly context: BenchContext,
  ) {
    this.name = system.name;
  }

  /** Rejects when the server does not start. */
  static async begin(definition: SystemDefinition, round: number, context: BenchContext): Promise<Life> {
    const startAloneMs = definition.pack ? await measureStartAlone(definition.pack) : null;
    const system = await startSystem(definition, context.signal);
    const life = new Life(definition, system, startAloneMs, round, context);
    life.#tell(`healthy after ${(system.startMs / 1000).toFixed(2)} s`);
    return life;
  }

  /** Waits until the server has nothing more to prepare. */
  settle(): Promise<void> {
    return this.#attempt(() => untilIdle(this.system.pid, this.context.signal));
  }

  /** Makes ready what measures beside the server, and in the first round compares its answers. */
  prepare(): Promise<void> {
    return this.#attempt(async () => {
      const { pack } = this.definition;
      this.#raw = pack && (await RawProcess.open(pack, this.context.material));
      if (this.#first) this.#answers = await this.#answer();
    });
  }

  /** The window of that number. */
  measure(scenario: Scenario, concurrency: number, number: number): Promise<void> {
    return this.#attempt(async () => {
      const window = await this.#window(scenario, concurrency, number);
      this.#windows.push(window);
      this.#tell(
        `${scenario}, ${concurrency} in flight: ${window.itemsPerSecond.toFixed(2)} items/s, ` +
          `p99 ${window.p99Ms.toFixed(0)} ms`,
      );
      await this.#readMemory();
    });
  }

  /** What is measured when all windows are: in the first round memory for certain. */
  conclude(): Promise<void> {
    return this.#attempt(async () => {
      if (this.#first) await this.#completeForMemory();
      this.#peakBytes = (await processFigures(this.system.pid))?.peakBytes ?? null;
      if (this.name !== 'peer') this.#ping = await this.#measurePing();
    });
  }

  /** Ends the server. */
  async end(): Promise<SystemMeasurement> {
    this.#raw?.close();
    await this.system.stop();
    const { name, round, startAloneMs } = this;
    return {
      run: {
        ...{ name, round, startMs: this.system.startMs, startAloneMs },
        windows: this.#windows,
        residentBytes: this.#residentBytes,
        peakBytes: this.#peakBytes,
        ping: this.#ping,
      },
      answers: { name, answers: this.#answers },
    };
  }

  /** What went wrong, in sentences. */
  get problems(): string[] {
    return this.#problems.map((problem) => `round ${this.round + 1}, ${this.name}: ${problem}`);
  }

  get #first(): boolean {
    return this.round === 0;
  }

  #tell(text: string): void {
    this.context.note(`round ${this.round + 1}/${this.context.plan.rounds}, ${this.name}: ${text}`);
  }

  async #attempt(step: () => Promise<void>): Promise<void> {
    if (this.#failed) return;
    try {
      await step();
    } catch (error) {
      this.#failed = true;
      this.#problems.push(reasonOf(error, this.context.signal));
    }
  }

  /** What the system says to a few posts of every kind: all systems must be doing the same work. */
  async #answer(): Promise<Answer[]> {
    const { plan, material } = this.context;
    const kinds = (['text+image', 'text', 'image'] as const).map((kind, index) =>
      postStream(kind, COMPARED + 10 * (index + 1), material),
    );
    const connections = new Connections(this.system.port, 1);
    const answers: Answer[] = [];
    for (let index = 0; index < plan.comparedPosts; index++) {
      const post = kinds[index % kinds.length]?.next().value;
      if (post) answers.push(readAnswer(await connections.post(bodyOf(post))));
    }
    connections.close();
    this.#answered += answers.length;
    return answers;
  }

  async #window(scenario: Scenario, concurrency: number, number: number): Promise<Window> {
    const { plan, material, signal } = this.context;
    const ahead = AHEAD[scenario === 'text' ? 'text' : 'other'] * (plan.windowSeconds + 2);
    prepareTexts(scenario, number, ahead, material);
    const meter = new CoreMeter(this.system.pid);
    const batches = this.#raw && scenario !== 'repeats' ? new BatchMeter(this.system.port) : undefined;
    const result = await closedLoop({
      port: this.system.port,
      concurrency,
      posts: postStream(scenario, number, material),
      seconds: plan.windowSeconds,
      onEdge: async () => {
        await batches?.read();
        await meter.read();
      },
      signal,
    });
    this.#answered += result.answered;
    if (result.errors.length > 0) {
      this.#problems.push(
        `${scenario}, ${concurrency} in flight: ${result.errors.length} errors, ${result.errors[0]}`,
      );
    }
    return {
      scenario,
      concurrency,
      itemsPerSecond: result.itemsPerSecond,
      p50Ms: median(result.latenciesMs),
      p99Ms: quantile(result.latenciesMs, 0.99),
      items: result.latenciesMs.length,
      errors: result.errors.length,
      ...meter.busy(),
      alone: batches === undefined ? null : await this.#alone(batches, concurrency),
    };
  }

  /** Right after the window, because the machine's speed changes within minutes. */
  async #alone(batches: BatchMeter, concurrency: number): Promise<Alone | null> {
    const seconds = ALONE_SHARE * this.context.plan.windowSeconds;
    const batchSizes = batches.sizes();
    const costs = await this.#raw?.costs({ concurrency, batchSizes, seconds });
    if (costs === undefined) return null;
    const { textMs, imageMs, headMs } = costs;
    return { itemsPerSecond: 1000 / (textMs + imageMs + headMs), batchSizes };
  }

  /** Sends posts with text and image until enough have been answered for the memory to be read. */
  async #completeForMemory(): Promise<void> {
    const { plan, material, signal } = this.context;
    const missing = plan.memoryAfterItems - this.#answered;
    if (missing <= 0) return;
    this.#tell(`${missing} more posts until memory is read`);
    const { answered } = await closedLoop({
      port: this.system.port,
      concurrency: 8,
      posts: take(postStream('text+image', COMPLETION, material), missing),
      seconds: Number.POSITIVE_INFINITY,
      signal,
    });
    this.#answered += answered;
    await this.#readMemory();
  }

  /** At the end of the first window by which enough posts were answered. */
  async #readMemory(): Promise<void> {
    if (this.#residentBytes !== null || this.#answered < this.context.plan.memoryAfterItems) return;
    this.#residentBytes = (await processFigures(this.system.pid))?.residentBytes ?? null;
  }

  /** The load is twice what the last and highest load of the first scenario was answered at. */
  async #measurePing(): Promise<PingResult | null> {
    const { plan, material, signal } = this.context;
    const [scenario] = plan.scenarios;
    const saturated = Math.max(
      0,
      ...this.#windows.filter((one) => one.scenario === scenario).map((one) => one.itemsPerSecond),
    );
    if (scenario === undefined || saturated === 0) return null;
    const { pingsMs, failures, rate, load } = await pingUnderLoad({
      port: this.system.port,
      rate: OVERLOAD_FACTOR * saturated,
      posts: postStream(scenario, OVERLOAD, material),
      seconds: Math.min(OVERLOAD_SECONDS, plan.windowSeconds),
      signal,
    });
    if (load.errors.length > 0)
      this.#problems.push(`overload: ${load.errors.length} errors, ${load.errors[0]}`);
    this.#tell(`/ping at ${rate.toFixed(0)} posts/s: p99 ${quantile(pingsMs, 0.99).toFixed(1)} ms`);
    return {
      postsPerSecond: rate,
      p50Ms: median(pingsMs),
      p99Ms: quantile(pingsMs, 0.99),
      maxMs: Math.max(...pingsMs),
      pings: pingsMs.length,
      failures,
      refused: load.refused,
    };
  }
}

function* take<T>(items: Iterator<T>, count: number): Generator<T> {
  for (let taken = 0; taken < count; taken++) {
    const next = items.next();
    if (next.done) return;
    yield next.value;
  }
}
