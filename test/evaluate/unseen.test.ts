import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  readPredictions,
  reviewedForUnseen,
  scoresOf,
  unseenByCode,
} from '../../lib/evaluate/data/predictions-file.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'moderation-unseen-'));
});
afterAll(() => rm(folder, { recursive: true }));

const header = {
  predictions: 1,
  classes: ['red'],
  thresholds: [0.5],
  model: { name: 'm', pack: null, precision: null, demonstration: true },
  parts: { frames: true, windows: true },
  data: { name: 'd', sha256: '0'.repeat(64), rows: 4 },
};

const line = (row: number, fields: object) => ({
  row,
  key: String(row),
  probabilities: { red: 0.1 },
  modalities: ['text'],
  labels: [],
  ...fields,
});

test('answers that leave something out are counted by code, and posts by how many answers they have', async () => {
  const path = join(folder, 'predictions.jsonl');
  const lines = [
    header,
    line(1, {}),
    line(2, { unseen: [{ code: 'crop', figure: 0.25 }] }),
    line(3, {
      unseen: [
        { code: 'frames', figure: 0.5 },
        { code: 'crop', figure: 0.2 },
      ],
      answers: 3,
    }),
    line(4, { answers: 9 }),
  ];
  await writeFile(path, lines.map((each) => `${JSON.stringify(each)}\n`).join(''));
  const set = await readPredictions(path);
  expect(unseenByCode(set)).toEqual({ crop: 2, frames: 1 });
  expect(reviewedForUnseen(set)).toBe(1);
  const [groups] = scoresOf(set).groups ?? [];
  expect(groups?.name).toBe('parts');
  expect(groups?.groups.map(({ name, members }) => [name, [...members]])).toEqual([
    ['1', [1, 1, 0, 0]],
    ['2 to 4', [0, 0, 1, 0]],
    ['5 and more', [0, 0, 0, 1]],
  ]);
});
