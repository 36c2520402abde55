import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { Template } from 'aws-cdk-lib/assertions';
import type { Pack } from '../../lib/checkpoint/pack/pack.js';
import { convertCheckpoint } from '../../lib/convert/convert.js';
import { createStack } from '../../lib/infra/stacks/create-stack.js';
import { type DocumentedExample, documentedExamples } from './support/documented-examples.js';
import { DIGEST, newApp } from './support/synthesize.js';

const DEMO = 'models/demo';
const COMMANDS = ['bootstrap', 'deploy', 'destroy', 'diff', 'gc', 'list', 'synth'];

/** What stands for something of the reader's own. An example with any other placeholder fails. */
const PLACEHOLDERS: readonly (readonly [RegExp, string])[] = [
  [/sha256:(?:…|DIGEST)/g, DIGEST],
  [/\bACCOUNT\b/g, '111122223333'],
  [/\bREGION\b/g, 'eu-west-1'],
  [/\bBUCKET\b/g, 'bucket-of-yours'],
  [/\bHASH\b/g, 'ab12cd34'],
  [/\bNAME\b/g, 'moderation'],
  [/\$\{stack\}/g, 'Moderation'],
];

const folder = mkdtempSync(join(tmpdir(), 'examples-'));
let pack: Pack;
let evaluation: string;

beforeAll(async () => {
  pack = await convertCheckpoint({ checkpoint: DEMO, out: join(folder, 'pack') });
  evaluation = join(folder, 'evaluation.json');
  const figure = { value: 0.95, low: 0.9, high: 1 };
  const summary = { f1: { macro: figure }, anyHarmful: { recall: figure } };
  writeFileSync(evaluation, JSON.stringify({ format: 1, model: { pack: pack.hash }, summary }));
});

function valueFor(value: string): string {
  const files: Record<string, string> = { 'models/pack': pack.folder, 'evaluation.json': evaluation };
  const filled = PLACEHOLDERS.reduce((text, [pattern, own]) => text.replace(pattern, own), value);
  const own = files[filled] ?? filled;
  if (/[…<>{}$*]|\b[A-Z]{2,}\b/.test(own)) throw new Error(`${value} holds a placeholder that no test knows`);
  if (/^(?:models|examples|docs)\//.test(own) && !existsSync(own)) throw new Error(`${own} does not exist`);
  return own;
}

function contextOf({ context }: DocumentedExample): Record<string, string> {
  const given = Object.entries(context).map(([key, value]) => [key, valueFor(value)]);
  return { model: DEMO, ...Object.fromEntries(given) };
}

describe('the documentation', () => {
  const examples = documentedExamples();

  test('shows commands of CDK that exist', () => {
    expect(examples.length).toBeGreaterThan(8);
    const unknown = examples.filter(({ command }) => command !== undefined && !COMMANDS.includes(command));
    expect(unknown.map(({ title }) => title)).toEqual([]);
  });

  test.each(examples.map((example) => [example.title, example] as const))(
    'synthesizes on the demonstration model: %s',
    (_title, example) => {
      const stack = createStack(newApp(contextOf(example)));
      expect(Object.keys(Template.fromStack(stack).toJSON()['Resources']).length).toBeGreaterThan(3);
    },
  );
});
