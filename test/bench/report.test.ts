import { describe, expect, test } from '@jest/globals';
import { CommanderError } from 'commander';
import { parseOptions } from '../../bench/command.js';
import { compareAnswers } from '../../bench/compare.js';
import { makePlan, orderOf } from '../../bench/plan.js';
import type { SystemRun, Window } from '../../bench/report/results.js';
import { Summary } from '../../bench/report/summarize.js';
import { digits, table } from '../../bench/report/table.js';

describe('the arguments', () => {
  test('decide what is measured', () => {
    const plan = makePlan(
      parseOptions([
        '--scenario',
        'text,repeats',
        '--concurrency',
        '8,1',
        '--precision',
        'int8',
        '--rounds',
        '2',
      ]),
    );
    expect(plan).toMatchObject({
      scenarios: ['text', 'repeats'],
      concurrencies: [1, 8],
      precisions: ['int8'],
      rounds: 2,
      windowSeconds: 6,
      memoryAfterItems: 1000,
      peer: true,
    });
    expect(makePlan(parseOptions(['--quick', '--no-peer']))).toMatchObject({ rounds: 1, peer: false });
  });

  test.each([
    ['--scenario', 'video'],
    ['--concurrency', '0'],
    ['--precision', 'fp64'],
    ['--rounds', 'x'],
    ['--seconds', '0'],
    ['--unknown'],
  ])('%s %s is refused', (...argv) => {
    const original = process.stderr.write;
    process.stderr.write = () => true;
    try {
      expect(() => parseOptions(argv)).toThrow(CommanderError);
    } finally {
      process.stderr.write = original;
    }
  });

  test('systems run the other way round in every other round', () => {
    expect(orderOf(['a', 'b'], 0)).toEqual(['a', 'b']);
    expect(orderOf(['a', 'b'], 1)).toEqual(['b', 'a']);
  });
});

describe('ratios to the peer', () => {
  const run = (name: 'peer' | 'fp32', round: number, itemsPerSecond: number, startMs: number) =>
    ({
      name,
      round,
      startMs,
      residentBytes: name === 'peer' && round > 0 ? null : 10 * itemsPerSecond,
      windows: [{ scenario: 'text', concurrency: 8, itemsPerSecond } as Window],
    }) as unknown as SystemRun;
  const summaryOf = (runs: SystemRun[]) => new Summary({ runs } as unknown as Summary['results']);

  test('are those of each round, whose middle one counts: the machine may be another in each', () => {
    const summary = summaryOf([
      ...[run('peer', 0, 1, 8000), run('fp32', 0, 2, 1000)],
      ...[run('fp32', 1, 40, 500), run('peer', 1, 10, 3000)],
      ...[run('peer', 2, 6, 9000), run('fp32', 2, 6, 1000)],
    ]);
    expect(summary.speedUp('fp32', 'text', 8)).toBe(2);
    expect(summary.startSpeedUp('fp32')).toBe(8);
    // The peer's memory was read in the first round only.
    expect(summary.residentShare('fp32')).toBe(2);
  });

  test('leave out a round that lacks one of the two, and are none without any', () => {
    const summary = summaryOf([run('fp32', 0, 100, 1), run('fp32', 1, 6, 1), run('peer', 1, 2, 5)]);
    expect(summary.speedUp('fp32', 'text', 8)).toBe(3);
    expect(summary.speedUp('fp32', 'image', 8)).toBeUndefined();
    expect(summaryOf([run('fp32', 0, 100, 1)]).startSpeedUp('fp32')).toBeUndefined();
  });
});

describe('tables', () => {
  test('are Markdown, with empty cells for what was not measured', () => {
    expect(
      table(
        ['', 'x'],
        [
          ['one|two', 1.234],
          ['three', undefined],
        ],
      ),
    ).toBe(
      ['|          |    x |', '|----------|-----:|', '| one\\|two | 1.23 |', '| three    |      |'].join(
        '\n',
      ),
    );
  });

  test('numbers have three digits', () => {
    expect([1234.5, 99.9, 9.99, 0.5, Number.NaN].map(digits)).toEqual(['1,235', '99.9', '9.99', '0.50', '']);
  });
});

describe('compared answers', () => {
  test('tell the largest difference from the peer, and NaN for a missing class', () => {
    const answers = (name: 'peer' | 'fp32' | 'int8', value: object) => ({
      name,
      answers: [value as Record<string, number>],
    });
    const [fp32, int8] = compareAnswers([
      answers('fp32', { a: 0.5, b: 0.25 }),
      answers('peer', { a: 0.5, b: 0.5 }),
      answers('int8', { a: 0.5 }),
    ]);
    expect(fp32).toEqual({ name: 'fp32', posts: 1, max: 0.25 });
    expect(int8?.max).toBeNaN();
    expect(compareAnswers([answers('fp32', { a: 1 })])).toEqual([]);
  });
});
