import { availableParallelism } from 'node:os';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { BootstrapSection } from '../evaluation.js';
import type { RunOptions } from '../inputs.js';
import { type Interval, percentileIntervals } from './interval.js';
import type { StatisticSpec } from './make-statistic.js';
import type { Job, JobDone, WorkerStart } from './messages.js';
import { sampleFigures } from './resample.js';
import type { Statistic } from './statistic.js';

/** A statistic, made, and what it was made of. */
export interface Prepared {
  readonly spec: StatisticSpec;
  readonly statistic: Statistic;
}

/** Rows · figures · samples above which threads pay for their start. */
const WORTH_THREADS = 5e8;
const MAX_THREADS = 4;
const JOBS_PER_STATISTIC = 20;

/** The options of a bootstrap, defaults filled in. Throws a RangeError for what is out of range. */
export function bootstrapSection(options: RunOptions['bootstrap']): BootstrapSection | null {
  if (options === null) return null;
  const { samples = 1000, seed = 0, confidence = 0.95 } = options ?? {};
  if (!Number.isInteger(samples) || samples < 1) {
    throw new RangeError(`Bootstrap samples: got ${samples}, expected a whole number of at least 1.`);
  }
  if (!Number.isSafeInteger(seed))
    throw new RangeError(`Bootstrap seed: got ${seed}, expected a whole number.`);
  if (!(confidence > 0 && confidence < 1)) {
    throw new RangeError(`Confidence: got ${confidence}, expected a number between 0 and 1.`);
  }
  return { samples, seed, confidence };
}

/**
 * Percentile intervals of every figure of every statistic, by resampling rows with replacement (Efron 1979). The seed
 * decides the result, whatever the number of threads. Rejects with the signal's reason when it is aborted.
 */
export async function bootstrapIntervals(
  prepared: readonly Prepared[],
  { samples, seed, confidence }: BootstrapSection,
  { onProgress, signal }: Pick<RunOptions, 'onProgress' | 'signal'> = {},
): Promise<Interval[][]> {
  const figures = prepared.map(({ statistic }) => new Float64Array(samples * statistic.size));
  const jobs = prepared.flatMap((_, spec) => jobsOf(spec, samples));
  let done = 0;
  const store = ({ job, figures: part }: JobDone) => {
    figures[job.spec]?.set(part, job.from * (prepared[job.spec]?.statistic.size ?? 0));
    done += 1;
    onProgress?.(done / jobs.length);
  };
  const work = prepared.reduce((sum, { statistic }) => sum + statistic.rows * statistic.size * samples, 0);
  const threads = Math.min(availableParallelism(), MAX_THREADS);
  signal?.throwIfAborted();
  if (work < WORTH_THREADS || threads === 1) await runHere(prepared, jobs, seed, store, signal);
  else await runInThreads({ specs: prepared.map(({ spec }) => spec), seed }, jobs, threads, store, signal);
  return prepared.map(({ statistic }, index) =>
    percentileIntervals(figures[index] as Float64Array, statistic.size, confidence),
  );
}

function jobsOf(spec: number, samples: number): Job[] {
  const size = Math.ceil(samples / JOBS_PER_STATISTIC);
  return Array.from({ length: Math.ceil(samples / size) }, (_, index) => ({
    spec,
    from: index * size,
    to: Math.min((index + 1) * size, samples),
  }));
}

async function runHere(
  prepared: readonly Prepared[],
  jobs: readonly Job[],
  seed: number,
  store: (done: JobDone) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (const job of jobs) {
    const { statistic } = prepared[job.spec] as Prepared;
    store({ job, figures: sampleFigures(statistic, seed, job.from, job.to) });
    await nextTurn();
    signal?.throwIfAborted();
  }
}

async function runInThreads(
  start: WorkerStart,
  jobs: readonly Job[],
  threads: number,
  store: (done: JobDone) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  const queue = [...jobs];
  const file = fileURLToPath(new URL('./worker.js', import.meta.url));
  const workers: Worker[] = [];
  try {
    const lives = Array.from({ length: Math.min(threads, jobs.length) }, () => {
      const worker = new Worker(file, { workerData: start, name: 'bootstrap' });
      workers.push(worker);
      return serve(worker, queue, store, signal);
    });
    await Promise.all(lives);
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

/** Gives a thread jobs until none is left. */
function serve(
  worker: Worker,
  queue: Job[],
  store: (done: JobDone) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const next = () => {
      const job = queue.shift();
      if (job === undefined) resolve();
      else worker.postMessage(job);
    };
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
    worker.on('message', (done: JobDone) => {
      store(done);
      next();
    });
    worker.on('error', reject);
    worker.on('exit', (code) => reject(new Error(`A bootstrap thread ended early, exit code ${code}.`)));
    next();
  });
}
