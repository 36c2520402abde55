import { parentPort, workerData } from 'node:worker_threads';
import { makeStatistic } from './make-statistic.js';
import type { Job, JobDone, WorkerStart } from './messages.js';
import { sampleFigures } from './resample.js';
import type { Statistic } from './statistic.js';

const { specs, seed } = workerData as WorkerStart;
const made = new Map<number, Statistic>();

parentPort?.on('message', (job: Job) => {
  const spec = specs[job.spec];
  if (spec === undefined) throw new RangeError(`There is no statistic ${job.spec}.`);
  const statistic = made.get(job.spec) ?? makeStatistic(spec);
  made.set(job.spec, statistic);
  const figures = sampleFigures(statistic, seed, job.from, job.to);
  const done: JobDone = { job, figures };
  parentPort?.postMessage(done, [figures.buffer as ArrayBuffer]);
});
