import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { temporaryFolder } from '../checkpoint/support/temporary-folder.js';
import { type MadeRow, writePredictions } from './support/predictions.js';
import { runCli } from './support/run-cli.js';

let folder: string;
beforeEach(async () => {
  folder = await temporaryFolder();
});

const compare = (...args: string[]) => runCli(folder, 'compare', '--bootstrap', '0', ...args);

/** Class a is labelled from 0.5 on; every tenth of the others is moved by `shift`. */
const rows = (shift = 0): MadeRow[] =>
  Array.from({ length: 200 }, (_, index) => {
    const a = ((index * 37) % 200) / 200;
    const moved = index % 10 === 0 ? Math.max(0, a - shift) : a;
    return { id: `post-${index}`, a: moved, b: 0.1, labels: a >= 0.5 ? ['a'] : [] };
  });

const write = (name: string, ...rest: [Parameters<typeof writePredictions>[1], object?]) =>
  writePredictions(join(folder, name), ...rest);

describe('two sets of predictions', () => {
  beforeEach(async () => {
    await write('a.jsonl', rows());
    await write('b.jsonl', rows(0.4));
  });

  test('that are equal differ in nothing and pass every gate', async () => {
    const gates = ['--max-flips', '0', '--min-f1-difference', '0', '--max-probability-difference', '0'];
    const { code, stdout } = await compare(
      'a.jsonl',
      'a.jsonl',
      ...gates,
      '--by-interval',
      '--bootstrap',
      '50',
    ).ended;
    expect(stdout).toMatch(/flips +0\.0000 +0 +passed/);
    expect(code).toBe(0);
  });

  test('tell which posts flip, by id, and what that does to the metrics', async () => {
    const { code } = await compare('a.jsonl', 'b.jsonl', '--out', 'out', '--bootstrap', '50').ended;
    expect(code).toBe(0);
    const comparison = JSON.parse(await readFile(join(folder, 'out', 'comparison.json'), 'utf8'));
    const expected = rows().filter(({ a }, index) => a >= 0.5 && index % 10 === 0 && a - 0.4 < 0.5);
    const [flips] = comparison.flips;
    expect(flips).toMatchObject({ class: 'a', up: { rows: 0 }, down: { rows: expected.length } });
    expect(expected.map(({ id }) => id)).toEqual(expect.arrayContaining(flips.down.exampleIds));
    expect(flips.down.exampleIds.length).toBeGreaterThan(0);
    const f1 = comparison.metrics.find((entry: { metric: string }) => entry.metric === 'f1.macro');
    expect(f1.difference.value).toBeLessThan(0);
    expect(f1.difference.low).toBeLessThanOrEqual(f1.difference.value);
    expect(await readFile(join(folder, 'out', 'comparison.html'), 'utf8')).toContain('<!doctype html>');
  });

  test.each([
    [['--max-flips', '0.001']],
    [['--max-released', '0.01']],
    [['--min-f1-difference', '-0.001']],
    [['--min-recall-difference=-0.001']],
    [['--max-probability-difference', '0.1']],
    [['--min-f1-difference', '-0.5', '--max-flips', '0.001']],
  ])('fail a gate with exit code 1: %j', async (gate) => {
    const { code, stdout } = await compare('a.jsonl', 'b.jsonl', ...gate).ended;
    expect(stdout).toContain('FAILED');
    expect(code).toBe(1);
  });

  test('pass gates that are wide enough', async () => {
    const gates = ['--max-flips', '0.5', '--min-f1-difference', '-0.5', '--min-auc-difference', '-0.5'];
    const { code, stdout } = await compare('a.jsonl', 'b.jsonl', ...gates, '--json').ended;
    expect(JSON.parse(stdout).gates.map(({ passed }: { passed: boolean }) => passed)).toEqual([
      true,
      true,
      true,
    ]);
    expect(code).toBe(0);
  });

  test('may be the same predictions, decided otherwise', async () => {
    const { stdout } = await compare('a.jsonl', 'a.jsonl', '--thresholds-b', 'a=0.75', '--json').ended;
    const { flips, b } = JSON.parse(stdout);
    expect(b.thresholds.all).toEqual([0.75, 0.5]);
    expect(flips[0].down.rows).toBe(50);
  });
});

test('a gate whose figure is undefined fails', async () => {
  await write(
    'a.jsonl',
    rows().map((row) => ({ ...row, labels: [] })),
  );
  const { code, stdout } = await compare('a.jsonl', 'a.jsonl', '--min-auc-difference', '-1').ended;
  expect(stdout).toMatch(/ROC-AUC difference +undefined +-1 +FAILED/);
  expect(code).toBe(1);
});

test('rows that one side could not judge are counted and fail the command', async () => {
  await write('a.jsonl', rows());
  await write(
    'b.jsonl',
    rows().map((row, index) => (index === 3 ? { code: 'worker_failed' } : row)),
  );
  const { code, stdout, stderr } = await compare('a.jsonl', 'b.jsonl', '--json').ended;
  expect(JSON.parse(stdout).data).toMatchObject({ judged: 199, unjudged: { rows: 1 } });
  expect(stderr).toContain('worker_failed: 1');
  expect(code).toBe(1);
  expect((await compare('a.jsonl', 'b.jsonl', '--allow-errors', '1').ended).code).toBe(0);
});

test.each<[string, Parameters<typeof writePredictions>[1], object, RegExp]>([
  ['other posts', rows().slice(1), {}, /Row 200 of A is missing in B/],
  ['other classes', rows(), { classes: ['a', 'c'] }, /other classes/],
  ['an unfinished file', rows(), { data: null }, /unfinished/],
])('%s are refused', async (_, other, header, message) => {
  await write('a.jsonl', rows());
  await write('b.jsonl', other, header);
  const { code, stderr } = await compare('a.jsonl', 'b.jsonl').ended;
  expect(stderr).toMatch(message);
  expect(code).toBe(1);
});

test.each([[['a']], [['a', 'b']], [['a', 'b', '--max-flips', '2']]])(
  'a wrong call ends with 2: %j',
  async (args) => {
    const { code, stderr } = await compare(...args).ended;
    expect(stderr).toMatch(/^error: /);
    expect(code).toBe(2);
  },
);
