import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Pack } from '../../lib/checkpoint/pack/pack.js';
import { convertCheckpoint } from '../../lib/convert/convert.js';
import { createStack } from '../../lib/infra/stacks/create-stack.js';
import { failure, IMAGE_URI, MODEL_FOLDER, newApp } from './support/synthesize.js';

const folder = mkdtempSync(join(tmpdir(), 'gate-'));
let pack: Pack;
beforeAll(async () => {
  pack = await convertCheckpoint({ checkpoint: MODEL_FOLDER, out: join(folder, 'pack') });
});

interface Evidence {
  readonly pack?: string;
  readonly value?: number | null;
  readonly low?: number | null;
}

function evidence({ pack: measured = pack.hash, value = 0.8, low = 0.75 }: Evidence = {}): string {
  const figure = { value, low, high: null };
  const file = join(folder, `evaluation-${Math.random()}.json`);
  const summary = { f1: { macro: figure }, anyHarmful: { recall: figure } };
  writeFileSync(file, JSON.stringify({ format: 1, model: { pack: measured }, summary }));
  return file;
}

const synthesize = (context: Record<string, unknown>): unknown =>
  createStack(newApp({ model: pack.folder, image: IMAGE_URI, ...context }));

describe('the evaluation gate', () => {
  test('lets a pack through whose evaluation holds the floors', () => {
    synthesize({ evaluationGate: evidence(), minMacroF1: '0.75', minHarmfulRecall: '0.7' });
  });

  test('goes by the lower bound of the interval, and by the value where there is none', () => {
    const message = failure(() => synthesize({ evaluationGate: evidence(), minMacroF1: '0.76' }));
    expect(message).toContain('macro F1 is 0.8, at least 0.75; at least 0.76 is asked for');
    synthesize({ evaluationGate: evidence({ low: null }), minMacroF1: '0.76' });
  });

  test('stops a figure that was not measured', () => {
    const unknown = evidence({ value: null, low: null });
    expect(failure(() => synthesize({ evaluationGate: unknown, minHarmfulRecall: '0' }))).toContain(
      'recall of harmful posts is not measured',
    );
  });

  test('stops evidence of another pack, and none at all', () => {
    const other = evidence({ pack: 'f'.repeat(64) });
    expect(failure(() => synthesize({ evaluationGate: other, minMacroF1: '0.5' }))).toContain(
      `it measured the pack ${'f'.repeat(64)}, and the model is the pack ${pack.hash}`,
    );
    const missing = join(folder, 'nowhere.json');
    expect(failure(() => synthesize({ evaluationGate: missing, minMacroF1: '0.5' }))).toContain(
      'the file is missing, or is no evaluation',
    );
  });

  test('stops a checkpoint, whose pack does not exist yet, and a gate without a floor', () => {
    const message = failure(() => synthesize({ model: MODEL_FOLDER, evaluationGate: evidence() }));
    expect(message).toContain('no floor is set');
    expect(message).toContain('deploy a pack folder');
  });
});
