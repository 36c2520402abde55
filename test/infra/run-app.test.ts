import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { type Review, runApp, type SynthesizedStack } from '../../lib/infra/stacks/create-stack.js';
import { IMAGE_URI, MODEL_FOLDER } from './support/synthesize.js';

const before = { ...process.env };
let out: string;
let seen: SynthesizedStack[];

/** Runs the app as `cdk` does, with credentials of an account or without. */
async function run(context: object, account: string | undefined, problems: readonly string[] = []) {
  process.env['CDK_OUTDIR'] = out;
  process.env['CDK_CONTEXT_JSON'] = JSON.stringify({
    model: MODEL_FOLDER,
    image: IMAGE_URI,
    '@aws-cdk/core:annotationsInValidationReport': true,
    ...context,
  });
  delete process.env['CDK_DEFAULT_ACCOUNT'];
  process.env['CDK_DEFAULT_REGION'] = 'eu-west-1';
  if (account !== undefined) process.env['CDK_DEFAULT_ACCOUNT'] = account;
  const review: Review = async (stack) => {
    seen.push(stack);
    return problems;
  };
  return runApp(review);
}

const written = () =>
  ['Moderation.metadata.json', 'manifest.json', 'validation-report.json']
    .map((name) => join(out, name))
    .filter(existsSync)
    .map((path) => readFileSync(path, 'utf8'))
    .join('\n');

beforeEach(() => {
  out = mkdtempSync(join(tmpdir(), 'moderation-app-'));
  seen = [];
});
afterEach(() => {
  process.env = { ...before };
});

describe('the app', () => {
  test('asks for a review where there are credentials, with the template and a command of its own settings', async () => {
    expect(await run({ minInstances: '2', alarmEmail: 'a b@example.com' }, '111122223333')).toBe(1);
    expect(await run({ minInstances: '2', costCenter: "trust 'n' safety" }, '111122223333')).toBe(0);
    const [stack] = seen;
    expect(stack).toMatchObject({ stackName: 'Moderation', account: '111122223333', region: 'eu-west-1' });
    expect(Object.keys(stack?.template.Resources ?? {}).length).toBeGreaterThan(10);
    expect(stack?.deployCommand({ rollout: 'canary' })).toBe(
      `npx cdk deploy -c model=${MODEL_FOLDER} -c image=${IMAGE_URI} -c minInstances=2 -c 'costCenter=trust '\\''n'\\'' safety' -c rollout=canary`,
    );
  });

  test.each([
    ['there are no credentials', {}, undefined],
    ['checkDeployed is false', { checkDeployed: 'false' }, '111122223333'],
  ])('asks for none where %s', async (_, context, account) => {
    expect(await run(context, account)).toBe(0);
    expect(seen).toEqual([]);
  });

  test('makes what the review tells errors of the stack, and forgets them in the next synthesis', async () => {
    const problem = 'The variant Primary cannot change.';
    // As the command line of CDK does, which tells errors itself.
    const told = { '@aws-cdk/core:failSynthOnValidationErrors': false };
    expect(await run(told, '111122223333', [problem])).toBe(0);
    expect(written()).toContain(problem);
    writeFileSync(join(out, 'validation-report.json'), '{"of":"an earlier synthesis"}');
    expect(await run({}, '111122223333')).toBe(0);
    expect(written()).not.toContain(problem);
    expect(written()).not.toContain('earlier synthesis');
  });
});

test('run by hand the app tells the problems itself', async () => {
  expect(await run({}, '111122223333', ['The variant Primary cannot change.'])).toBe(1);
  expect(said).toHaveBeenCalledWith('The variant Primary cannot change.');
});

const said = jest.spyOn(console, 'error').mockImplementation(() => undefined);
