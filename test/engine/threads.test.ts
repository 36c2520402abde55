import { readdirSync, readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { expect, test } from '@jest/globals';
import { Classifier } from '../../lib/engine/classifier.js';
import { readImportGraph } from '../support/import-graph.js';
import { until } from '../support/until.js';
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

/** The threads of this process that are nicer than it is. */
function nicerThreads(): string[] {
  const niceness = (task: string): number => {
    try {
      const stat = readFileSync(`/proc/self/task/${task}/stat`, 'utf8');
      return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16]);
    } catch {
      return Number.NEGATIVE_INFINITY; // it ended meanwhile
    }
  };
  return readdirSync('/proc/self/task').filter((task) => niceness(task) > getPriority());
}

(linux ? test : test.skip)(
  'on the CPU the threads of the encoders, and only they, let others go first',
  async () => {
    const before = nicerThreads();
    const pack = await packOf('siglip-tiny');
    const classifier = await Classifier.load(pack.folder, { device: 'cpu', threads: 2, settle: true });
    const own = (): string[] => nicerThreads().filter((task) => !before.includes(task));
    // Of fp32: one replica of two threads for texts, two of one for images. Each encoder's first session had a second
    // thread; where ONNX Runtime has not ended it with its session, it idles among them.
    try {
      await until(
        () => own().length >= 4 && own().length <= 6,
        () => `${own().length} threads let others go first.`,
      );
    } finally {
      await classifier.close();
      await pack.remove();
    }
  },
);
