import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { type ResolvedModel, resolveModel } from '../../lib/cli/resolve-model.js';
import { Classifier } from '../../lib/engine/classifier.js';
import { compareArrays } from '../../lib/numeric/compare.js';
import { fixture, projectRoot } from '../support/project-root.js';

interface Expected {
  items: { id: string; labels: string[]; probabilities: number[] }[];
}

interface Example {
  id: string;
  text: string | null;
  image: string | null;
  labels: string[];
}

const DEMO = join(projectRoot, 'models', 'demo');

describe('the demonstration model', () => {
  let model: ResolvedModel;
  let classifier: Classifier;

  beforeAll(async () => {
    model = await resolveModel(DEMO);
    classifier = await Classifier.load(model.packFolder, { device: 'cpu' });
  });

  afterAll(async () => {
    await classifier?.close();
    await model?.dispose();
  });

  test('says that it is a demonstration', () => {
    expect(classifier.manifest.demonstration).toBe(true);
  });

  test('is within 1e-5 of PyTorch on a sample of its test split', async () => {
    const { items } = JSON.parse(await readFile(fixture('demo', 'expected.json'), 'utf8')) as Expected;
    const rows: { text: string; image_path: string }[] = parse(await readFile(fixture('demo', 'test.csv')), {
      columns: true,
    });
    expect(rows).toHaveLength(items.length);
    const differences = await Promise.all(
      rows.map(async ({ text, image_path }, index) => {
        const image = image_path === '' ? null : await readFile(fixture('demo', 'images', image_path));
        const { probabilities } = await classifier.classify({ text, image });
        return compareArrays(probabilities, Float32Array.from(items[index]?.probabilities ?? [])).max;
      }),
    );
    expect(differences.length).toBeGreaterThan(100);
    expect(Math.max(...differences)).toBeLessThanOrEqual(1e-5);
  });

  test('flags its example posts by text, by image and only by both', async () => {
    const examples = JSON.parse(await readFile(join(DEMO, 'examples.json'), 'utf8')) as Example[];
    const { classNames, thresholds } = classifier.manifest;
    for (const { id, text, image, labels } of examples) {
      const bytes = image === null ? null : await readFile(join(DEMO, image));
      const { probabilities } = await classifier.classify({ text, image: bytes });
      const flagged = classNames.filter(
        (_, index) => (probabilities[index] ?? 1) >= (thresholds[index] ?? 0),
      );
      expect({ id, flagged }).toEqual({ id, flagged: labels });
    }
    expect(examples.some(({ labels }) => labels.length === 0)).toBe(true);
  });
});
