import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openPack } from '../../lib/checkpoint/pack/pack.js';
import { resolveModel } from '../../lib/cli/resolve-model.js';
import { policySchema } from '../../lib/contract/policy.js';
import { replySchema } from '../../lib/contract/reply.js';
import { temporaryFolder } from '../checkpoint/support/temporary-folder.js';
import { projectRoot } from '../support/project-root.js';
import { ChildServer } from './support/child-server.js';
import { CLASS_RULE, policyValue } from './support/policies.js';

let folder: string;
let child: ChildServer | undefined;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(async () => {
  await child?.dispose();
  child = undefined;
});

/** A server with a fake engine whose model folder holds this file. */
function start(environment: Record<string, string> = {}): ChildServer {
  child = new ChildServer({ MODERATION_MODEL_DIR: folder, ...environment });
  return child;
}

const write = (content: unknown, name = 'policy.json') =>
  writeFile(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));

async function fatalOf(server: ChildServer): Promise<Record<string, unknown>> {
  expect(await server.exit).toBe(1);
  const fatal = server.logs.filter(({ level }) => level === 'fatal');
  expect(fatal).toHaveLength(1);
  expect(server.logs.filter(({ message }) => message === 'ready')).toEqual([]);
  return fatal[0] ?? {};
}

describe('a server', () => {
  test('decides by the policy of its model folder, and says so', async () => {
    await write(policyValue());
    const ready = await start().line('ready');
    expect(ready).toHaveProperty('policy', {
      name: 'paper policy',
      sha256: expect.any(String),
      file: join(folder, 'policy.json'),
    });
    const reply = replySchema.parse(await (await (child as ChildServer).post('x'.repeat(70))).json());
    expect(reply.predictions).toEqual([expect.objectContaining({ decision: 'flag' })]);
  });

  test('puts the policy that is named before that of the folder', async () => {
    await write('{');
    await write(policyValue({ name: 'named' }), 'other.json');
    const ready = await start({ MODERATION_POLICY: join(folder, 'other.json') }).line('ready');
    expect(ready).toHaveProperty('policy.name', 'named');
  });

  test('tells everything that is wrong with a policy in one error', async () => {
    const classes = {
      red: CLASS_RULE(0.4, 0.5, 0.6),
      green: CLASS_RULE(1.5, 0.2, 0.3),
      pink: CLASS_RULE(1, 1, 1),
    };
    const byModality = { image: { red: CLASS_RULE(1, 1, 1) }, video: {} };
    await write(policyValue({ pack: 'a'.repeat(64), classes, byModality, auditShare: 2, extra: 1 }));
    const { code, message } = await fatalOf(start());
    expect(code).toBe('policy_invalid');
    for (const part of [
      'classes.red.review.from: expected at most the threshold, or a predicted class would be allowed; got 0.5',
      'classes.green.threshold',
      'byModality',
      'auditShare: ',
      'extra',
      `the pack "${'a'.repeat(64)}"; the model is the pack "${'f'.repeat(64)}"`,
      'moderate calibrate',
      'classes: the model has no class "pink"',
      'classes: there is nothing for "blue"',
      'byModality.image: there is nothing for "green", "blue"',
    ]) {
      expect(message).toContain(part);
    }
  });

  test.each<[string, string | object, RegExp]>([
    ['no JSON', '{"format":', /is no valid JSON/],
    ['no object', [], /expected object/],
    ['a list of NaN', '{"auditShare": NaN}', /is no valid JSON/],
    ['keys twice', JSON.stringify(policyValue()).replace('"red":', '"red":{},"red":'), /keys twice.*"red"/],
    ['too many bytes', ' '.repeat(1024 * 1024 + 1), /has 1048577 bytes; at most 1048576/],
  ])('refuses a policy of %s', async (_, content, message) => {
    await write(content);
    expect(await fatalOf(start())).toMatchObject({
      code: 'policy_invalid',
      message: expect.stringMatching(message),
    });
  });

  test('refuses a policy of its folder that cannot be read: a link to nothing, a folder', async () => {
    await symlink(join(folder, 'nothing'), join(folder, 'policy.json'));
    expect(await fatalOf(start())).toMatchObject({ message: expect.stringContaining('ENOENT') });
    const other = join(folder, 'other');
    await mkdir(join(other, 'policy.json'), { recursive: true });
    expect(await fatalOf(start({ MODERATION_MODEL_DIR: other }))).toMatchObject({
      message: expect.stringContaining('is no regular file'),
    });
  });

  test('refuses a policy that is named and missing, before it loads the model', async () => {
    const missing = start({ MODERATION_POLICY: join(folder, 'none.json'), FAKE_LOAD: 'throw' });
    expect(await fatalOf(missing)).toMatchObject({
      code: 'policy_invalid',
      message: expect.stringContaining('none.json'),
    });
  });
});

test('the example of docs/policy.md decides posts of the demonstration model', async () => {
  const [, example = ''] =
    /```json\n([\s\S]*?)\n```/.exec(await readFile(join(projectRoot, 'docs', 'policy.md'), 'utf8')) ?? [];
  const model = join(projectRoot, 'models', 'demo');
  const resolved = await resolveModel(model);
  const { hash } = await openPack(resolved.packFolder, { verify: false });
  await resolved.dispose();
  const file = join(folder, 'policy.json');
  await writeFile(
    file,
    JSON.stringify({ ...policySchema.parse(JSON.parse(example)), pack: hash, auditShare: 0 }),
  );
  child = new ChildServer({}, ['dist/bin/moderate.js', 'serve', '--model', model, '--policy', file]);
  await child.line('ready');
  const body = JSON.stringify({
    instances: [{ text: 'A quiet walk along the river.' }, { text: 'Look at the zorvak near the harbour!' }],
  });
  const reply = replySchema.parse(await (await child.post(body, 'application/json')).json());
  expect(reply.policy?.name).toBe('spring');
  expect(reply.predictions).toEqual([
    expect.objectContaining({ decision: 'allow', any_harmful: false }),
    expect.objectContaining({ decision: 'flag', any_harmful: true }),
  ]);
  expect(reply.predictions[0]).toHaveProperty('calibrated_probabilities.racist');
});
