import { expect, test } from '@jest/globals';
import { readImportGraph } from '../support/import-graph.js';

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
