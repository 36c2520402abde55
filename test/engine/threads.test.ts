import { readdirSync, readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { expect, test } from '@jest/globals';
import { Classifier } from '../../lib/engine/classifier.js';
import { readImportGraph } from '../support/import-graph.js';
import { packOf } from './support/packs.js';

/** Files that a file loads at run time, itself included. */
function reachable(start: string): Set<string> {
  const { local } = readImportGraph(['lib']);
  const found = new Set<string>();
  const visit = (file: string) => {
    if (found.has(file)) return;
    found.add(file);
    for (const { from, to, typeOnly } of local) if (from === file && !typeOnly) visit(to);
  };
  visit(start);
  return found;
}

test('the main thread loads neither ONNX Runtime nor the image decoder, for their calls would block it', () => {
  const onMainThread = reachable('lib/engine/classifier.ts');
  const { packages } = readImportGraph(['lib']);
  const blocking = packages.filter(
    ({ from, name }) => onMainThread.has(from) && /^(onnxruntime-node|sharp)$/.test(name),
  );
  expect(onMainThread.size).toBeGreaterThan(20);
  expect(blocking).toEqual([]);
});

const linux = process.platform === 'linux';
if (!linux) console.warn('test/engine/threads: priorities skipped, as threads have their own on Linux only');

/** How many threads of this process are nicer than it is. */
function nicerThreads(): number {
  const niceness = (task: string): number => {
    const stat = readFileSync(`/proc/self/task/${task}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16]);
  };
  return readdirSync('/proc/self/task').filter((task) => niceness(task) > getPriority()).length;
}

(linux ? test : test.skip)(
  'on the CPU the threads of the encoders, and only they, let others go first',
  async () => {
    const before = nicerThreads();
    const pack = await packOf('siglip-tiny');
    const classifier = await Classifier.load(pack.folder, { device: 'cpu', threads: 2, settle: true });
    const during = nicerThreads();
    await classifier.close();
    await pack.remove();
    // Of fp32: one replica of two threads for texts, two of one for images.
    expect([before, during]).toEqual([0, 4]);
  },
);
