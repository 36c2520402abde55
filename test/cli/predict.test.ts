import { type ChildProcess, spawn } from 'node:child_process';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ModerationError } from '../../lib/contract/errors.js';
import { temporaryFolder } from '../checkpoint/support/temporary-folder.js';
import { type Stack, type StackOptions, startStack } from '../client/support/stack.js';
import { echo } from '../container/support/fake-engine.js';
import { servedPolicy } from '../container/support/policies.js';
import { fixture, projectRoot } from '../support/project-root.js';
import { until } from '../support/until.js';
import { HeldAfter, linesOf } from './support/held-after.js';

interface Line {
  row: number;
  id?: string;
  prediction?: { any_harmful: boolean; probabilities: Record<string, number>; modalities_used: string[] };
  error?: { code: string };
}

let folder: string;
let input: string;
let output: string;
let stack: Stack | undefined;

beforeEach(async () => {
  folder = await temporaryFolder();
  [input, output] = [join(folder, 'posts.csv'), join(folder, 'out.jsonl')];
});
afterEach(async () => {
  await stack?.close();
  stack = undefined;
});

async function start(options?: StackOptions): Promise<Stack> {
  stack = await startStack(options);
  return stack;
}

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(...args: string[]): ChildProcess & { ended: Promise<Ended> } {
  const env = {
    PATH: process.env['PATH'],
    AWS_ENDPOINT_URL: stack?.emulator.url,
    AWS_ACCESS_KEY_ID: 'nobody',
    AWS_SECRET_ACCESS_KEY: 'nothing',
    AWS_REGION: 'us-east-1',
  };
  const child = spawn(
    process.execPath,
    [join(projectRoot, 'dist', 'bin', 'moderate.js'), 'predict', ...args],
    {
      cwd: folder,
      env,
    },
  );
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => (stdout += chunk));
  child.stderr.on('data', (chunk) => (stderr += chunk));
  const ended = new Promise<Ended>((resolve) =>
    child.on('close', (code) => resolve({ code, stdout, stderr })),
  );
  return Object.assign(child, { ended });
}

const onFile = (...more: string[]) =>
  run('--url', stack?.server.url ?? '', '--input', input, '--output', output, ...more);

async function lines(): Promise<Line[]> {
  return (await readFile(output, 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** Rows whose texts are of different lengths, which is what the fake model answers. */
function csv(count: number): string {
  const rows = Array.from({ length: count }, (_, index) => `id-${index},${'x'.repeat(1 + (index % 90))}`);
  return `id,text\n${rows.join('\n')}\n`;
}

function expectAnswers(answers: readonly Line[], count: number): void {
  const byRow = new Map(answers.map((line) => [line.row, line]));
  expect(answers).toHaveLength(count);
  expect(byRow.size).toBe(count);
  for (let row = 1; row <= count; row += 1) {
    expect(byRow.get(row)?.id).toBe(`id-${row - 1}`);
    expect(byRow.get(row)?.prediction?.probabilities['red']).toBe(Math.fround((1 + ((row - 1) % 90)) / 100));
  }
}

describe('one post', () => {
  test('is classified by a container', async () => {
    await start();
    await copyFile(fixture('images', 'png-gradient.png'), join(folder, 'photo.png'));
    const { code, stdout } = await run('--url', stack?.server.url ?? '', '--text', 'x'.repeat(60)).ended;
    expect(code).toBe(0);
    expect(stdout).toMatch(/red +█{12}·{8} {2}0\.6000 {2}FLAGGED \(threshold 0\.50\)/);
  });

  test('is classified by a SageMaker endpoint, with the AWS default credentials', async () => {
    await start();
    const { code, stdout } = await run('--endpoint', 'moderation', '--text', 'abc', '--json').ended;
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ modalities_used: ['text'], any_harmful: false });
    expect(stack?.requests).toHaveLength(1);
  });

  test('is decided where a policy is in force', async () => {
    await start({ policy: servedPolicy({ auditShare: 1 }) });
    const url = ['--url', stack?.server.url ?? ''];
    expect((await run(...url, '--text', 'x'.repeat(70)).ended).stdout).toContain(
      'decision: flag, by the policy paper policy',
    );
    await writeFile(input, `id,text\na,${'x'.repeat(70)}\nb,${'x'.repeat(10)}\n`);
    const { stderr } = await onFile().ended;
    expect(stderr).toContain('decisions: 0 allow, 1 review, 1 flag; 1 of those in review for an audit');
    expect((await lines())[0]).toMatchObject({ policy: expect.stringMatching(/^[0-9a-f]{12}$/) });
  });

  test('that cannot be classified ends with the code and the remedy', async () => {
    await start();
    const missing = await run('--endpoint', 'elsewhere', '--text', 'abc').ended;
    expect(missing.code).toBe(1);
    expect(missing.stderr).toMatch(
      /Endpoint elsewhere .* not found\. \[endpoint_not_found\]\n {2}Check endpointName/,
    );
  });

  test.each([
    [[]],
    [['--text', 'a', '--input', 'b', '--output', 'c']],
    [['--input', 'b']],
    [['--text', 'a', '--url', 'http://127.0.0.1:1', '--endpoint', 'e']],
    [['--input', 'b', '--output', 'c', '--concurrency', '0']],
  ])('with options that contradict each other is a wrong call: %j', async (args) => {
    const { code, stderr } = await run(...args).ended;
    expect(stderr).toMatch(/^error: /);
    expect(code).toBe(2);
  });
});

describe('a file of posts', () => {
  test('has one line for each row, in order, and a count at the end', async () => {
    await start();
    await writeFile(input, csv(1000));
    const { code, stderr } = await onFile().ended;
    expect(stderr).toContain('1000 rows in, 1000 lines in');
    expect(stderr).toContain('1000 answered');
    expect(code).toBe(0);
    const answers = await lines();
    expectAnswers(answers, 1000);
    expect(answers.map(({ row }) => row)).toEqual(Array.from({ length: 1000 }, (_, index) => index + 1));
  });

  test('with bad rows has their errors in their places, and ends with 1', async () => {
    await start();
    await copyFile(fixture('images', 'png-gradient.png'), join(folder, 'photo.png'));
    await writeFile(input, 'id,text,image\na,one,\nb,,\nc,two,none.png\nd,x,y,z\ne,,photo.png\nf,three,\n');
    stack?.server.engine.posts.splice(0);
    const { code, stderr } = await onFile().ended;
    expect(code).toBe(1);
    expect(stderr).toContain('6 rows in, 6 lines in');
    const answers = await lines();
    expect(answers.map(({ error }) => error?.code)).toEqual([
      undefined,
      'empty_item',
      'image_unreadable',
      'invalid_item',
      'output_invalid',
      undefined,
    ]);
  });

  test('goes on after a kill: nothing is lost, nothing twice, nothing answered again', async () => {
    const held = new HeldAfter(100);
    await start({ classify: held.classify });
    await writeFile(input, csv(400));
    const first = onFile('--max-items', '8', '--concurrency', '2');
    await until(async () => (await linesOf(output)) >= 40);
    first.kill('SIGKILL');
    await first.ended;
    const before = (await lines().catch(() => [])).length;
    await until(() => stack?.server.service.accepted === 0);
    held.letGo();
    const posts = stack?.server.engine.posts;
    posts?.splice(0);
    const { code, stderr } = await onFile().ended;
    expect(code).toBe(0);
    expect(stderr).toContain(`${before} of them in an earlier run`);
    expectAnswers(await lines(), 400);
    expect(posts).toHaveLength(400 - before);
  });

  test('goes on after Ctrl-C, which ends with 130', async () => {
    const held = new HeldAfter(100);
    await start({ classify: held.classify });
    await writeFile(input, csv(400));
    const first = onFile('--max-items', '8', '--concurrency', '2');
    await until(async () => (await linesOf(output)) >= 40);
    first.kill('SIGINT');
    const { code, stderr } = await first.ended;
    held.letGo();
    expect(code).toBe(130);
    expect(stderr).toContain('the same command goes on');
    expect((await onFile().ended).code).toBe(0);
    expectAnswers(await lines(), 400);
  });

  test('is tried again where it failed for a passing reason, and only there', async () => {
    let healthy = false;
    await start({
      classify: (post) => {
        if (!healthy && post.text?.length === 3) throw new ModerationError('worker_failed', 'It crashed.');
        return echo(post);
      },
    });
    await writeFile(input, csv(10));
    expect((await onFile().ended).code).toBe(1);
    expect((await lines())[2]?.error?.code).toBe('worker_failed');
    healthy = true;
    stack?.server.engine.posts.splice(0);
    expect((await onFile().ended).code).toBe(0);
    expectAnswers(await lines(), 10);
    expect(stack?.server.engine.posts).toHaveLength(1);
  });

  test.each([
    ['half a line', '{"row":1,"key":"a","predic'],
    ['a line without its end', undefined],
  ])('goes on after %s', async (_, torn) => {
    await start();
    await writeFile(input, csv(5));
    await onFile().ended;
    const whole = await readFile(output, 'utf8');
    const firstTwo = whole.split('\n').slice(0, 2).join('\n');
    await writeFile(output, torn === undefined ? firstTwo : `${firstTwo}\n${torn}`);
    const { code, stderr } = await onFile().ended;
    expect(code).toBe(0);
    expect(stderr).toContain('2 of them in an earlier run');
    expect(await readFile(output, 'utf8')).toBe(whole);
  });

  test('does not go on with an output of something else', async () => {
    await start();
    await writeFile(input, csv(5));
    await writeFile(output, 'precious\nnotes\n');
    const { code, stderr } = await onFile().ended;
    expect(code).toBe(1);
    expect(stderr).toContain('name another --output');
    expect(await readFile(output, 'utf8')).toBe('precious\nnotes\n');
  });

  test('does not go on with the output of another input', async () => {
    await start();
    await writeFile(input, csv(5));
    await onFile().ended;
    await writeFile(input, csv(5).replace('xxx', 'changed'));
    expect((await onFile().ended).stderr).toContain('answers another post than row 3');
    await writeFile(input, csv(4));
    expect((await onFile().ended).stderr).toContain('the output belongs to another input');
  });

  test('through SageMaker with faults is complete all the same', async () => {
    await start();
    let number = 0;
    // A post that travels alone gets through: a broken request is divided and sent again, so none uses up its attempts.
    stack?.emulator.setFaults(({ body }) => {
      if (JSON.parse(body.toString()).instances.length === 1) return undefined;
      number += 1;
      return number % 4 === 0 ? { kind: 'reset', when: 'mid-body' } : undefined;
    });
    await writeFile(input, csv(300));
    const { code } = await run(
      '--endpoint',
      'moderation',
      '--input',
      input,
      '--output',
      output,
      '--max-items',
      '10',
    ).ended;
    expect(code).toBe(0);
    expect(number).toBeGreaterThan(30);
    expectAnswers(await lines(), 300);
  });

  test('is classified by a real model in this process', async () => {
    await copyFile(fixture('images', 'png-gradient.png'), join(folder, 'photo.png'));
    const posts = join(folder, 'posts.jsonl');
    await writeFile(
      posts,
      '{"text":"hello"}\n{"image":"photo.png"}\n{"text":"look","image":"photo.png","id":3}\n',
    );
    const model = fixture('models', 'siglip-tiny');
    const { code } = await run('--model', model, '--input', posts, '--output', output).ended;
    expect(code).toBe(0);
    expect((await lines()).map(({ prediction }) => prediction?.modalities_used)).toEqual([
      ['text'],
      ['image'],
      ['text', 'image'],
    ]);
  });
});
