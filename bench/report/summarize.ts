import type { Scenario } from '../posts/post-stream.js';
import type { SystemName } from '../systems/system.js';
import type { Results, SystemRun, Window } from './results.js';
import { median } from './statistics.js';

type WindowFigure = 'itemsPerSecond' | 'p50Ms' | 'p99Ms' | 'serverCores' | 'clientCores';
type RunFigure = 'startMs' | 'startAloneMs' | 'residentBytes' | 'peakBytes';

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
    return medianOf(this.#windows(name, scenario, concurrency).map((window) => window[figure]));
  }

  run(name: SystemName, figure: RunFigure): number | undefined {
    return medianOf(this.#runs(name).map((run) => run[figure]));
  }

  ping(name: SystemName, figure: 'p99Ms' | 'postsPerSecond' | 'maxMs'): number | undefined {
    return medianOf(this.#runs(name).map(({ ping }) => ping?.[figure] ?? null));
  }

  /** Items a second of onnxruntime alone. */
  alone(name: SystemName, scenario: Scenario, concurrency: number): number | undefined {
    const windows = this.#windows(name, scenario, concurrency);
    return medianOf(windows.map(({ alone }) => alone?.itemsPerSecond ?? null));
  }

  /** What share of onnxruntime alone was served: of each window's, because the machine's speed is another in each. */
  shareOfAlone(name: SystemName, scenario: Scenario, concurrency: number): number | undefined {
    const windows = this.#windows(name, scenario, concurrency);
    return medianOf(
      windows.map(({ itemsPerSecond, alone }) => alone && itemsPerSecond / alone.itemsPerSecond),
    );
  }

  /** Texts in a batch. */
  textsPerBatch(name: SystemName, scenario: Scenario, concurrency: number): number | undefined {
    const windows = this.#windows(name, scenario, concurrency);
    return medianOf(windows.map(({ alone }) => alone?.batchSizes.text || null));
  }

  /** How many times the peer's throughput: of each round, because the machine's speed is another in each. */
  speedUp(name: SystemName, scenario: Scenario, concurrency: number): number | undefined {
    const rate = ({ windows }: SystemRun): number | undefined =>
      windows.find(isOf(scenario, concurrency))?.itemsPerSecond;
    return this.#besidePeer(name, (own, peer) => ratio(rate(own), rate(peer)));
  }

  /** How many times as fast as the peer it starts, of each round. */
  startSpeedUp(name: SystemName): number | undefined {
    return this.#besidePeer(name, (own, peer) => ratio(peer.startMs, own.startMs));
  }

  /** Its resident memory as a share of the peer's, of each round. */
  residentShare(name: SystemName): number | undefined {
    return this.#besidePeer(name, (own, peer) =>
      ratio(own.residentBytes ?? undefined, peer.residentBytes ?? undefined),
    );
  }

  /** The share of all windows in which other processes kept more than a tenth of a core busy. */
  get disturbedShare(): number {
    const windows = this.results.runs.flatMap((run) => run.windows);
    const disturbed = windows.filter(({ otherCores }) => otherCores !== null && otherCores > DISTURBED_CORES);
    return disturbed.length / Math.max(1, windows.length);
  }

  #windows(name: SystemName, scenario: Scenario, concurrency: number): Window[] {
    return this.#runs(name)
      .flatMap(({ windows }) => windows)
      .filter(isOf(scenario, concurrency));
  }

  #besidePeer(
    name: SystemName,
    compare: (own: SystemRun, peer: SystemRun) => number | undefined,
  ): number | undefined {
    const peers = new Map(this.#runs('peer').map((run) => [run.round, run]));
    return medianOf(
      this.#runs(name).map((own) => {
        const peer = peers.get(own.round);
        return (peer && compare(own, peer)) ?? null;
      }),
    );
  }

  #runs(name: SystemName): SystemRun[] {
    return this.results.runs.filter((run) => run.name === name);
  }
}

function isOf(scenario: Scenario, concurrency: number) {
  return (window: Window): boolean => window.scenario === scenario && window.concurrency === concurrency;
}

function medianOf(values: readonly (number | null)[]): number | undefined {
  const numbers = values.filter((value) => value !== null);
  return numbers.length === 0 ? undefined : median(numbers);
}

function ratio(numerator: number | undefined, denominator: number | undefined): number | undefined {
  if (numerator === undefined || denominator === undefined || denominator === 0) return undefined;
  return numerator / denominator;
}
