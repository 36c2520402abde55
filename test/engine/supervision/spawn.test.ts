import type { Worker } from 'node:worker_threads';
import { describe, expect, test } from '@jest/globals';
import { asWorkerThread, type WorkerEntry } from '../../../lib/engine/supervision/spawn.js';

/** Stops a thread and tells what was done to the worker behind it. */
function stop(entry: WorkerEntry): unknown[] {
  const done: unknown[] = [];
  const worker = {
    on: () => undefined,
    postMessage: (message: unknown) => done.push(message),
    terminate: () => done.push('terminated'),
  };
  // No more of a worker is touched.
  asWorkerThread(worker as unknown as Worker, entry).stop();
  return done;
}

describe('stopping a worker thread', () => {
  test('asks one that may be inside ONNX Runtime, for terminating it there aborts the process', () => {
    expect(stop('session-worker')).toEqual([{ kind: 'end' }]);
  });

  test.each(['tokenizer-worker', 'image-worker'] as const)(
    'terminates a %s, which may never listen',
    (entry) => {
      expect(stop(entry)).toEqual(['terminated']);
    },
  );
});
