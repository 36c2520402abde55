import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Worker } from 'node:worker_threads';
import { describe, expect, test } from '@jest/globals';
import { asWorkerThread, type WorkerEntry } from '../../../lib/engine/supervision/spawn.js';
import { temporaryFolder } from '../../checkpoint/support/temporary-folder.js';
import { PATIENCE_MS } from '../../support/patience.js';

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

describe('threads that are born ahead', () => {
  const MODULE = new URL('../../../lib/engine/supervision/spawn.js', import.meta.url).href;

  /** What a process of its own prints that runs `script` with the module at hand; rejects when it does not end. */
  async function run(script: string): Promise<string> {
    const source = `import { spawnAhead, spawnThread } from ${JSON.stringify(MODULE)};\n${script}`;
    const file = join(await temporaryFolder(), 'script.mjs');
    await writeFile(file, source);
    const { stdout } = await promisify(execFile)(process.execPath, [file], { timeout: PATIENCE_MS });
    return stdout.trim();
  }

  test('do not keep the process alive', async () => {
    expect(await run("spawnAhead(); console.log('over');")).toBe('over');
  });

  test('answer as others do, and are each taken once', async () => {
    // Files that do not exist, so that the threads answer with the name of what they were started with.
    const script = `
      spawnAhead();
      const told = [];
      for (const file of ['/nowhere/first', '/nowhere/second']) {
        const thread = spawnThread('session-worker', { weights: file }, file);
        const message = await new Promise((resolve) => thread.on('message', resolve));
        told.push(message.kind === 'unusable' && message.error.message.includes(file));
        thread.stop();
      }
      console.log(JSON.stringify(told));`;
    expect(await run(script)).toBe('[true,true]');
  });
});
