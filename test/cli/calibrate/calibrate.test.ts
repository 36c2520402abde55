import { execFile } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, jest, test } from '@jest/globals';
import { run as runHere } from '../../../lib/cli/program.js';
import { COMBINATIONS } from '../../../lib/contract/modality.js';
import { policySchema } from '../../../lib/contract/policy.js';
import { temporaryFolder } from '../../checkpoint/support/temporary-folder.js';
import { CASES, type Case, caseNamed, scoresOf } from '../../evaluate/support/cases.js';
import { projectRoot } from '../../support/project-root.js';

const PACK = 'b'.repeat(64);
const DATA = 'd'.repeat(64);

let folder: string;
let out: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  out = join(folder, 'policy.json');
});

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const command = [join(projectRoot, 'dist', 'bin', 'moderate.js'), 'calibrate', ...args];
    execFile(process.execPath, command, { cwd: folder }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}

function headerOf(one: Case, fields: { pack?: string | null; data?: null } = {}) {
  const { classNames, rows } = scoresOf(one);
  return {
    predictions: 1,
    classes: classNames,
    thresholds: classNames.map(() => 0.5),
    model: {
      name: 'm',
      pack: fields.pack === undefined ? PACK : fields.pack,
      precision: 'fp32',
      demonstration: false,
    },
    data: fields.data === null ? null : { name: 'val.csv', sha256: DATA, rows },
  };
}

/** The predictions file of a case. */
async function predictions(one: Case, header: object = headerOf(one)): Promise<string> {
  const { classNames, rows, probabilities, labels, combinations } = scoresOf(one);
  const lines = Array.from({ length: rows }, (_, row) => ({
    row: row + 1,
    key: String(row),
    probabilities: Object.fromEntries(classNames.map((name, index) => [name, probabilities[index]?.[row]])),
    modalities: COMBINATIONS[combinations[row] ?? 0]?.split('+'),
    labels: classNames.filter((_, index) => labels[index]?.[row] === 1),
  }));
  const path = join(folder, 'predictions.jsonl');
  await writeFile(path, `${[header, ...lines].map((line) => JSON.stringify(line)).join('\n')}\n`);
  return path;
}

const written = async () => policySchema.parse(JSON.parse(await readFile(out, 'utf8')));

test('from labelled posts to a decision: calibrate with a model, then decide by the policy', async () => {
  const harmful = (name: string) => `Look at the ${name} near the harbour!`;
  const rows = Array.from({ length: 12 }, (_, index) =>
    index % 3 === 0 ? `${harmful('zorvak')},racist` : `A quiet walk along the river ${index}.,`,
  );
  await writeFile(join(folder, 'val.csv'), `text,labels\n${rows.join('\n')}\n`);
  const model = ['--model', join(projectRoot, 'models', 'demo')];
  const first = await run('val.jsonl', '--data', 'val.csv', ...model, '--out', out);
  expect([first.code, first.stderr]).toEqual([0, expect.stringContaining('demonstration model')]);
  const policy = await written();
  expect(policy.classes['racist']?.threshold).toBe(0.05);
  const predicted = await new Promise<string>((resolve) => {
    const command = [join(projectRoot, 'dist', 'bin', 'moderate.js'), 'predict', ...model, '--text'];
    const env = { PATH: process.env['PATH'], MODERATION_POLICY: out };
    execFile(process.execPath, [...command, harmful('zorvak')], { env }, (_, stdout) => resolve(stdout));
  });
  expect(predicted).toContain('decision: flag, by the policy policy');
});

describe('moderate calibrate', () => {
  test.each(CASES)('finds the thresholds of the original on $name', async (one) => {
    const { code, stdout, stderr } = await run(await predictions(one), '--out', out, '--name', 'first');
    expect([code, stderr.includes('error')]).toEqual([0, false]);
    const policy = await written();
    expect(Object.values(policy.classes).map(({ threshold }) => threshold)).toEqual(one.calibrated);
    expect(policy).toMatchObject({ name: 'first', pack: PACK, data: DATA, auditShare: 0 });
    expect(policy.parts).toEqual({ frames: true, windows: true });
    expect(policy.method).toContain('best F1 on the grid');
    expect(stdout).toMatch(/class +threshold +review +positives +precision/);
    expect((await readdir(folder)).sort()).toEqual(['policy.json', 'predictions.jsonl']);
  });

  test('makes bands, thresholds by modality, temperatures and an audit', async () => {
    const args = ['--review-precision', '0.8', '--review-recall', '0.95', '--by-modality', '--temperature'];
    const file = await predictions(caseNamed('plain'));
    const { code, stderr } = await run(file, ...args, '--audit-share', '0.02', '--out', out);
    expect([code, stderr]).toEqual([0, expect.stringContaining('warning: ')]);
    const policy = await written();
    expect(Object.keys(policy.byModality ?? {}).sort()).toEqual([...COMBINATIONS].sort());
    expect(Object.keys(policy.temperatures ?? {})).toEqual(Object.keys(policy.classes));
    expect(policy.auditShare).toBe(0.02);
    expect(Object.values(policy.classes).some(({ review }) => review.from !== review.to)).toBe(true);
  });

  test('with --dry-run writes nothing', async () => {
    const { code, stdout } = await run(
      await predictions(caseNamed('plain')),
      '--method',
      'exact',
      '--dry-run',
    );
    expect([code, stdout]).toEqual([0, expect.stringContaining('class-0')]);
    expect(await readdir(folder)).toEqual(['predictions.jsonl']);
  });

  test('tells what cannot be reached, and leaves an older policy as it was', async () => {
    await writeFile(out, 'older');
    const one = caseNamed('plain');
    const scores = {
      ...one,
      labels: one.labels.map((column, index) => (index === 0 ? column.map(() => 0) : column)),
    };
    const file = await predictions(scores);
    const { code, stderr } = await run(file, '--method', 'precision', '--target', '1', '--out', out);
    expect(code).toBe(1);
    expect(stderr).toMatch(/cannot be reached[\s\S]*class-0/);
    expect(await readFile(out, 'utf8')).toBe('older');
  });

  test.each<[string, object, RegExp]>([
    ['the pack’s hash', { pack: null }, /does not tell the pack's hash/],
    ['its end', { data: null }, /is unfinished/],
  ])('refuses predictions without %s', async (_, fields, message) => {
    const one = caseNamed('plain');
    const { code, stderr } = await run(await predictions(one, headerOf(one, fields)), '--out', out);
    expect([code, stderr]).toEqual([1, expect.stringMatching(message)]);
    expect(await readdir(folder)).toEqual(['predictions.jsonl']);
  });

  test('refuses what is no predictions file, quoting nothing of it', async () => {
    await writeFile(join(folder, 'posts.csv'), 'text,label\nzanzibarmark,0\n');
    for (const name of ['posts.csv', 'missing.jsonl']) {
      const { code, stderr } = await run(name, '--out', out);
      expect([code, stderr]).toEqual([1, expect.stringContaining('[invalid_configuration]')]);
      expect(stderr).not.toContain('zanzibarmark');
    }
  });

  test.each([
    [[]],
    [['--dry-run', '--out', 'x']],
    [['--dry-run', '--method', 'precision']],
    [['--dry-run', '--target', '0.5']],
    [['--dry-run', '--method', 'cost', '--miss-cost', '2']],
    [['--dry-run', '--review-recall', '0.9']],
    [['--dry-run', '--review-precision', '0.9']],
    [['--dry-run', '--review-cost', '1']],
    [['--dry-run', '--audit-share', '1.5']],
    [['--dry-run', '--data', 'val.csv']],
    [['--dry-run', '--model', 'x']],
  ])('is a wrong call with %j', async (args) => {
    const told = [jest.spyOn(console, 'error'), jest.spyOn(process.stderr, 'write')] as const;
    for (const spy of told) spy.mockReturnValue(true as never);
    try {
      expect(await runHere(['calibrate', 'predictions.jsonl', ...args])).toBe(2);
      expect(told.flatMap(({ mock }) => mock.calls).map(String)).toEqual([expect.stringMatching(/^error: /)]);
    } finally {
      for (const spy of told) spy.mockRestore();
    }
  });
});
