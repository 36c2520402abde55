import { copyFile, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { bootstrapOptions, evaluateSet } from '../../lib/cli/evaluate/evaluate-set.js';
import { ModerationError } from '../../lib/contract/errors.js';
import { ROW_CODES } from '../../lib/evaluate/data/data-row.js';
import { readPredictions } from '../../lib/evaluate/data/predictions-file.js';
import type { Evaluation } from '../../lib/evaluate/evaluation.js';
import { temporaryFolder } from '../checkpoint/support/temporary-folder.js';
import { type Stack, type StackOptions, startStack } from '../client/support/stack.js';
import { answer, echo } from '../container/support/fake-engine.js';
import { fixture, projectRoot } from '../support/project-root.js';
import { until } from '../support/until.js';
import { HeldAfter, linesOf } from './support/held-after.js';
import { writePredictions } from './support/predictions.js';
import { runCli } from './support/run-cli.js';

let folder: string;
let stack: Stack | undefined;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(async () => {
  await stack?.close();
  stack = undefined;
});

const start = async (options?: StackOptions): Promise<void> => {
  stack = await startStack(options);
};
const evaluate = (...args: string[]) => runCli(folder, 'evaluate', ...args);
const onData = (...more: string[]) =>
  evaluate('--data', 'data.jsonl', '--url', stack?.server.url ?? '', '--out', 'out', ...more);
const json = async (...path: string[]) => JSON.parse(await readFile(join(folder, ...path), 'utf8'));
const predictions = async (): Promise<Record<string, never>[]> =>
  (await readFile(join(folder, 'out', 'predictions.jsonl'), 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

/** Posts for the fake model, whose class red has the length of the text as percent. */
async function writeData(count: number): Promise<void> {
  const rows = Array.from({ length: count }, (_, index) => {
    const length = 1 + (index % 90);
    return JSON.stringify({
      id: `id-${index}`,
      text: 'x'.repeat(length),
      labels: length > 40 ? ['red'] : [],
    });
  });
  await writeFile(join(folder, 'data.jsonl'), `${rows.join('\n')}\n`);
}

describe('the demonstration model', () => {
  test('on a sample has the figures of the oracle, and every file of results', async () => {
    const { code, stdout } = await evaluate(
      ...['--data', fixture('demo', 'test.csv'), '--images', fixture('demo', 'images')],
      ...['--model', join(projectRoot, 'models', 'demo'), '--out', 'out', '--bootstrap', '100'],
      ...['--ablation', '--templates', 'builtin'],
    ).ended;
    expect(code).toBe(0);
    expect(stdout).toMatch(/f1_macro +0\.951 \[/);
    const evaluation: Evaluation = await json('out', 'evaluation.json');
    const { metrics } = JSON.parse(await readFile(fixture('demo', 'expected.json'), 'utf8'));
    expect(evaluation.summary?.f1.macro.value).toBe(metrics.test_calibrated_f1_macro);
    expect(evaluation.summary?.f1.micro.value).toBe(metrics.test_calibrated_f1_micro);
    expect(evaluation.summary?.rocAuc.macro.value).toBeCloseTo(metrics.test_roc_macro, 12);
    expect(evaluation.summary?.logLoss.value).toBeCloseTo(metrics.test_loss, 6);
    expect(evaluation.ablation?.map(({ name }) => name)).toEqual(['text', 'image', 'text+image']);
    expect(new Set(evaluation.ablation?.map(({ rows }) => rows)).size).toBe(1);
    expect(evaluation.counterfactuals?.attributes.map(({ attribute }) => attribute)).toContain('religion');
    const report = await readFile(join(folder, 'out', 'report.html'), 'utf8');
    expect(report).toContain('Counterfactual sentences');
    expect(await readFile(join(folder, 'out', 'model-card.md'), 'utf8')).toContain('content-moderation');
    const saved = await readFile(join(folder, 'out', 'predictions.jsonl'), 'utf8');
    expect(saved).not.toContain('SPINACH');
  });

  test('on its whole test split has the figures that its training stored', async () => {
    const path = join(folder, 'predictions.jsonl');
    await writeFile(path, gunzipSync(await readFile(fixture('demo', 'test-predictions.jsonl.gz'))));
    const set = await readPredictions(path);
    expect(set.judged).toHaveLength(2000);
    const options = {
      bootstrap: 0,
      seed: 0,
      signal: new AbortController().signal,
      onProgress: () => undefined,
    };
    expect(bootstrapOptions(options).bootstrap).toBeNull();
    const calibrated = (await evaluateSet(set, options)).evaluation.summary;
    const plain = (await evaluateSet(set, { ...options, thresholds: '0.5' })).evaluation.summary;
    const stored = JSON.parse(
      await readFile(join(projectRoot, 'models', 'demo', 'test_metrics.json'), 'utf8'),
    );
    const exact = {
      test_f1_macro: plain?.f1.macro.value,
      test_f1_micro: plain?.f1.micro.value,
      test_roc_macro: plain?.rocAuc.macro.value,
      test_calibrated_f1_macro: calibrated?.f1.macro.value,
      test_calibrated_f1_micro: calibrated?.f1.micro.value,
    };
    for (const [name, value] of Object.entries(exact)) expect([name, value]).toEqual([name, stored[name]]);
    expect(calibrated?.logLoss.value).toBeCloseTo(stored.test_loss, 8);
  });
});

describe('a run', () => {
  test('goes on after Ctrl-C: no row is lost, none judged twice', async () => {
    const held = new HeldAfter(100);
    await start({ classify: held.classify });
    await writeData(400);
    const first = onData('--max-items', '8', '--concurrency', '2', '--bootstrap', '0');
    const file = join(folder, 'out', 'predictions.jsonl');
    await until(async () => (await linesOf(file)) >= 40);
    first.kill('SIGINT');
    const interrupted = await first.ended;
    held.letGo();
    expect(interrupted.code).toBe(130);
    expect(interrupted.stderr).toContain('the same command goes on');
    const unfinished = await evaluate('--predictions', 'out/predictions.jsonl', '--out', 'other').ended;
    expect(unfinished.stderr).toContain('is unfinished');
    const { code, stderr } = await onData('--bootstrap', '0').ended;
    expect(code).toBe(0);
    expect(stderr).toMatch(/\d+ rows were answered in an earlier run/);
    const [header, ...rows] = await predictions();
    expect(header).toMatchObject({ classes: ['red', 'green', 'blue'], data: { rows: 400 } });
    expect(rows.map(({ id }) => id)).toEqual(Array.from({ length: 400 }, (_, index) => `id-${index}`));
  });

  test('tries again what failed for a passing reason, and fails as long as rows are unjudged', async () => {
    let healthy = false;
    await start({
      classify: (post) => {
        if (!healthy && post.text?.length === 3) throw new ModerationError('worker_failed', 'It crashed.');
        return echo(post);
      },
    });
    await writeData(10);
    const first = await onData('--bootstrap', '0').ended;
    expect(first.code).toBe(1);
    expect(first.stderr).toMatch(/worker_failed: 1/);
    expect((await json('out', 'evaluation.json')).data).toMatchObject({ judged: 9, unjudged: { rows: 1 } });
    expect((await onData('--bootstrap', '0', '--allow-errors', '1').ended).code).toBe(0);
    healthy = true;
    stack?.server.engine.posts.splice(0);
    expect((await onData('--bootstrap', '0').ended).code).toBe(0);
    expect(stack?.server.engine.posts).toHaveLength(1);
    expect((await predictions()).slice(1)).toHaveLength(10);
  });

  test('refuses to go on with other data', async () => {
    await start();
    await writeData(5);
    expect((await onData('--bootstrap', '0').ended).code).toBe(0);
    await writeFile(join(folder, 'data.jsonl'), '{"text":"another","labels":[]}\n');
    const { code, stderr } = await onData('--bootstrap', '0').ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/row 1, and that row of the data is another post now/);
  });

  test('has each bad row with its code and line, and tells none of its content', async () => {
    await start();
    await copyFile(fixture('images', 'png-gradient.png'), join(folder, 'photo.png'));
    await writeFile(
      join(folder, 'data.jsonl'),
      [
        '{"text":"fine","labels":["red"]}',
        '{"text":"secret-word","labels":["purple"]}',
        '{"text":"secret-word"}',
        'secret-word',
        '{"text":"  ","labels":[]}',
        '{"text":"fine too","labels":[],"image":"secret-word.png"}',
      ].join('\n'),
    );
    const { code, stderr } = await onData('--bootstrap', '0').ended;
    expect(code).toBe(1);
    const [, ...rows] = await predictions();
    expect(rows.map(({ error }) => (error as { code: string } | undefined)?.code)).toEqual([
      undefined,
      'label_invalid',
      'label_missing',
      'invalid_item',
      'empty_item',
      'image_unreadable',
    ]);
    expect(rows.map(({ line }) => line)).toEqual([undefined, 2, 3, 4, 5, 6]);
    const written = await Promise.all(
      ['predictions.jsonl', 'evaluation.json', 'report.html', 'model-card.md'].map((name) =>
        readFile(join(folder, 'out', name), 'utf8'),
      ),
    );
    expect([stderr, ...written].filter((text) => text.includes('secret-word'))).toEqual([]);
  });

  test('with no judged row at all fails, with the codes', async () => {
    await start();
    await writeFile(join(folder, 'data.jsonl'), '{"text":" ","labels":[]}\n');
    const { code, stderr } = await onData().ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/None of 1 rows was judged \(empty_item\)/);
  });

  test('tells groups, and decides data of 0 and 1 as any_harmful does', async () => {
    await start({ classify: (post) => answer([(post.text?.length ?? 0) / 100, 0.1, 0.2]) });
    const rows = Array.from({ length: 120 }, (_, index) => ({
      text: 'x'.repeat(1 + (index % 90)),
      label: Number(index % 90 > 60),
      lang: index % 2 ? 'one' : 'two',
    }));
    await writeFile(join(folder, 'data.jsonl'), rows.map((row) => JSON.stringify(row)).join('\n'));
    expect((await onData('--bootstrap', '0', '--group-column', 'lang').ended).code).toBe(0);
    const evaluation: Evaluation = await json('out', 'evaluation.json');
    expect(evaluation.data.classes).toEqual(['harmful']);
    const flagged = rows.filter(({ text }) => text.length >= 50).length;
    expect(evaluation.classes[0]?.scores.flagRate.value).toBe(flagged / 120);
    expect(evaluation.fairness?.[0]?.column).toBe('lang');
  });

  test('tells drift against an earlier one, from saved predictions', async () => {
    const rows = (shift: number) =>
      Array.from({ length: 600 }, (_, index) => {
        const a = Math.min(1, ((index * 7) % 100) / 100 + shift);
        return { a, b: 0.3, labels: a > 0.6 ? ['a'] : [] };
      });
    await writePredictions(join(folder, 'before.jsonl'), rows(0));
    await writePredictions(join(folder, 'now.jsonl'), rows(0.3));
    const bare = ['--bootstrap', '0', '--out'];
    expect((await evaluate('--predictions', 'before.jsonl', ...bare, 'before').ended).code).toBe(0);
    const now = await evaluate('--predictions', 'now.jsonl', '--baseline', 'before', ...bare, 'now', '--json')
      .ended;
    const { drift } = JSON.parse(now.stdout) as Evaluation;
    expect(drift?.classes.map(({ level }) => level)).toEqual(['major', 'stable']);
  });

  test('decides by a policy of the same pack alone', async () => {
    const labels = (value: number) => (value > 0.6 ? ['a'] : []);
    const values = Array.from({ length: 50 }, (_, index) => index / 50);
    await writePredictions(
      join(folder, 'p.jsonl'),
      values.map((a) => ({ a, b: 0.1, labels: labels(a) })),
    );
    const entry = { threshold: 0.6, review: { from: 0.4, to: 0.8 } };
    const policy = {
      format: 1,
      name: 'strict',
      created: '2026-01-01T00:00:00Z',
      pack: 'f'.repeat(64),
      data: '0'.repeat(64),
      method: 'By hand.',
      classes: { a: entry, b: entry },
    };
    await writeFile(join(folder, 'policy.json'), JSON.stringify(policy));
    const args = ['--predictions', 'p.jsonl', '--policy', 'policy.json', '--out', 'out', '--bootstrap', '0'];
    expect((await evaluate(...args).ended).code).toBe(0);
    const { decisions }: Evaluation = await json('out', 'evaluation.json');
    expect(decisions?.actions.map(({ rows }) => rows)).toEqual([20, 20, 10]);
    await writeFile(join(folder, 'policy.json'), JSON.stringify({ ...policy, pack: 'e'.repeat(64) }));
    const refused = await evaluate(...args).ended;
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('policy_invalid');
  });
});

test('thresholds by modality of a policy in force are those that count', async () => {
  const byClass = (a: number) => ({ a, b: 0.5 });
  const policy = {
    name: 'strict',
    sha256: '1'.repeat(64),
    thresholds: { text: byClass(0.2), image: byClass(0.5), 'text+image': byClass(0.5) },
  };
  const values = Array.from({ length: 10 }, (_, index) => index / 10);
  const rows = values.map((a) => ({ a, b: 0.1, labels: [] }));
  await writePredictions(join(folder, 'p.jsonl'), rows, { policy });
  await evaluate('--predictions', 'p.jsonl', '--out', 'out', '--bootstrap', '0').ended;
  const evaluation: Evaluation = await json('out', 'evaluation.json');
  expect(evaluation.thresholds.byCombination).toEqual({ text: [0.2, 0.5] });
  expect(evaluation.classes[0]?.scores.flagRate.value).toBe(0.8);
});

test.each([
  [[]],
  [['--data', 'a.csv', '--out', 'o']],
  [['--data', 'a.csv', '--predictions', 'p.jsonl', '--out', 'o']],
  [['--data', 'a.csv', '--model', 'm', '--url', 'http://127.0.0.1:1', '--out', 'o']],
  [['--predictions', 'p.jsonl', '--model', 'm', '--out', 'o']],
  [['--predictions', 'p.jsonl', '--templates', 'builtin', '--out', 'o']],
  [['--predictions', 'p.jsonl', '--out', 'o', '--bootstrap', '-1']],
])('options that do not go together are a wrong call: %j', async (args) => {
  const { code, stderr } = await evaluate(...args).ended;
  expect(stderr).toMatch(/^error: /);
  expect(code).toBe(2);
});

describe('docs/evaluation.md', () => {
  test('tells the code of every problem of a row', async () => {
    const text = await readFile(join(projectRoot, 'docs', 'evaluation.md'), 'utf8');
    const rows = [...text.matchAll(/^\| `([a-z_]+)` \| (.*) \|$/gm)].map(([, code, meaning]) => [
      code,
      meaning,
    ]);
    expect(rows).toEqual(Object.entries(ROW_CODES));
  });

  test('shows commands that run as they stand', async () => {
    const text = await readFile(join(projectRoot, 'docs', 'evaluation.md'), 'utf8');
    const blocks = [...text.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block = '']) => block);
    const commands = blocks.join('').replaceAll('\\\n', ' ').split('\n').filter(Boolean);
    expect(commands.length).toBeGreaterThan(4);
    for (const name of ['models', 'test']) await symlink(join(projectRoot, name), join(folder, name));
    await mkdir(join(folder, 'capture'));
    for (const command of commands) {
      const [program, ...args] = command.split('#')[0]?.trim().split(/\s+/) ?? [];
      expect(program).toBe('moderate');
      if (args[0] === 'monitor') await writeCapture();
      const { code, stderr } = await runCli(folder, ...args).ended;
      expect([command, code, code === 0 ? '' : stderr]).toEqual([command, 0, '']);
    }
  });

  /** The saved predictions as an endpoint would have captured them. */
  async function writeCapture(): Promise<void> {
    const text = await readFile(join(folder, 'results', 'predictions.jsonl'), 'utf8');
    const [header, ...rows] = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const thresholds = Object.fromEntries(
      header.classes.map((name: string, index: number) => [name, header.thresholds[index]]),
    );
    const lines = rows.map(({ probabilities, modalities }, index) => {
      const class_predictions = Object.fromEntries(
        Object.entries(probabilities).map(([name, value]) => [name, (value as number) >= thresholds[name]]),
      );
      const any_harmful = Object.values(class_predictions).includes(true);
      const slot = {
        probabilities,
        class_predictions,
        any_harmful,
        modalities_used: modalities,
        text_truncated: false,
      };
      const reply = { predictions: [slot], model: header.model, thresholds, request_id: `r${index}` };
      return JSON.stringify({
        captureData: { endpointOutput: { data: JSON.stringify(reply), encoding: 'JSON', mode: 'OUTPUT' } },
        eventMetadata: { eventId: `e${index}`, inferenceTime: '2026-11-27T10:00:00Z' },
        eventVersion: '0',
      });
    });
    await writeFile(join(folder, 'capture', 'a.jsonl'), lines.join('\n'));
  }
});
