import type { Scenario } from '../posts/post-stream.js';
import type { SystemName } from '../systems/system.js';
import type { RawLimit, Results, SystemRun, Window } from './results.js';
import { median } from './statistics.js';

type WindowFigure = 'itemsPerSecond' | 'p50Ms' | 'p99Ms' | 'serverCores' | 'clientCores';
type RunFigure = 'startMs' | 'residentBytes' | 'peakBytes';

const DISTURBED_CORES = 0.1;

/** Medians over the rounds; undefined where a figure was not measured. */
export class Summary {
  constructor(readonly results: Results) {}

  has(name: SystemName): boolean {
    return this.results.runs.some((run) => run.name === name);
  }

  window(
    name: SystemName,
    scenario: Scenario,
    concurrency: number,
    figure: WindowFigure,
  ): number | undefined {
    return medianOf(
      this.#runs(name)
        .flatMap(({ windows }) => windows)
        .filter((window) => window.scenario === scenario && window.concurrency === concurrency)
        .map((window: Window) => window[figure]),
    );
  }

  run(name: SystemName, figure: RunFigure): number | undefined {
    return medianOf(this.#runs(name).map((run) => run[figure]));
  }

  ping(name: SystemName, figure: 'p99Ms' | 'postsPerSecond' | 'maxMs'): number | undefined {
    return medianOf(this.#runs(name).map(({ ping }) => ping?.[figure] ?? null));
  }

  /** Items a second of onnxruntime alone, encoders one after the other; undefined for repeats, which it does not see. */
  raw(name: SystemName, scenario: Scenario, concurrency: number): number | undefined {
    const costs = this.results.raw.filter((one) => one.name === name && one.concurrency === concurrency);
    const cost = medianOf(costs.map((one) => rawMs(one, scenario)));
    return cost === undefined ? undefined : 1000 / cost;
  }

  /** How many times the peer's throughput. */
  speedUp(name: SystemName, scenario: Scenario, concurrency: number): number | undefined {
    return ratio(
      this.window(name, scenario, concurrency, 'itemsPerSecond'),
      this.window('peer', scenario, concurrency, 'itemsPerSecond'),
    );
  }

  /** The share of all windows in which other processes kept more than a tenth of a core busy. */
  get disturbedShare(): number {
    const windows = this.results.runs.flatMap((run) => run.windows);
    const disturbed = windows.filter(({ otherCores }) => otherCores !== null && otherCores > DISTURBED_CORES);
    return disturbed.length / Math.max(1, windows.length);
  }

  #runs(name: SystemName): SystemRun[] {
    return this.results.runs.filter((run) => run.name === name);
  }
}

function rawMs({ textMs, imageMs, headMs }: RawLimit, scenario: Scenario): number | null {
  if (scenario === 'repeats') return null;
  return (scenario === 'image' ? 0 : textMs) + (scenario === 'text' ? 0 : imageMs) + headMs;
}

function medianOf(values: readonly (number | null)[]): number | undefined {
  const numbers = values.filter((value) => value !== null);
  return numbers.length === 0 ? undefined : median(numbers);
}

export function ratio(numerator: number | undefined, denominator: number | undefined): number | undefined {
  if (numerator === undefined || denominator === undefined || denominator === 0) return undefined;
  return numerator / denominator;
}
