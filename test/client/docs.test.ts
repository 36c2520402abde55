import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Classification, Post } from '../../container/engine.js';
import { ModerationError } from '../../lib/contract/errors.js';
import { answer } from '../container/support/fake-engine.js';
import { CLASS_RULE, servedPolicy } from '../container/support/policies.js';
import { projectRoot } from '../support/project-root.js';
import { ReviewServer } from '../support/review-server.js';
import { type Stack, startStack } from './support/stack.js';

let stack: Stack;
let reviews: ReviewServer;
let folder: string;
let snippets: string[];

beforeAll(async () => {
  // Its band sends what is classified here to review.
  const red = CLASS_RULE(0.7, 0.7, 0.9);
  const blue = CLASS_RULE(0.9, 0.8, null);
  const classes = { red, green: CLASS_RULE(0.25, 0.25, 0.25), blue };
  stack = await startStack({ classify, policy: servedPolicy({ classes }) });
  reviews = await ReviewServer.start();
  folder = await mkdtemp(join(projectRoot, 'dist', '.snippets-'));
  const document = await readFile(join(projectRoot, 'docs', 'client.md'), 'utf8');
  snippets = [...document.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = '']) => code);
});
afterAll(async () => {
  await Promise.all([stack.close(), reviews.close()]);
  await rm(folder, { recursive: true });
});

/** Harmful, whatever the post; a post without content is refused, as by the engine. */
function classify({ text, image }: Post): Classification {
  const modalitiesUsed = [
    ...(text?.trim() ? (['text'] as const) : []),
    ...(image ? (['image'] as const) : []),
  ];
  if (modalitiesUsed.length === 0) throw new ModerationError('empty_item', 'The item is empty.');
  return answer([0.75, 0, 0], { modalitiesUsed });
}

/** Runs a snippet in a process of its own, against the emulator, and gives what it printed. */
async function run(code: string): Promise<string> {
  const entry = pathToFileURL(join(projectRoot, 'dist', 'lib', 'client', 'index.js')).href;
  const file = join(folder, `${Math.random()}.mjs`);
  await writeFile(file, code.replace("'multimodal-moderation-client'", `'${entry}'`));
  const env = {
    ...process.env,
    AWS_ENDPOINT_URL: stack.emulator.url,
    AWS_ENDPOINT_URL_EVENTBRIDGE: reviews.url,
    AWS_ACCESS_KEY_ID: 'nobody',
    AWS_SECRET_ACCESS_KEY: 'nothing',
    NODE_NO_WARNINGS: '1',
    NODE_OPTIONS: '',
  };
  const child = spawn(process.execPath, [file], { cwd: projectRoot, env });
  let [out, errors] = ['', ''];
  child.stdout.on('data', (chunk) => (out += chunk));
  child.stderr.on('data', (chunk) => (errors += chunk));
  await new Promise((resolve) => child.on('close', resolve));
  if (errors !== '') throw new Error(errors);
  return out;
}

test('docs/client.md has the snippets that are run here', () => {
  expect(snippets).toHaveLength(4);
  expect(snippets[0]?.trim().split('\n')).toHaveLength(5);
});

test('the README shows the same first example', async () => {
  const readme = await readFile(join(projectRoot, 'README.md'), 'utf8');
  expect(readme).toContain(`\`\`\`ts\n${snippets[0]}\`\`\``);
});

test('its first example classifies a text with an image', async () => {
  expect(await run(snippets[0] ?? '')).toBe('review { red: 0.75, green: 0, blue: 0 }\n');
});

test('its example of many posts tells answers from errors', async () => {
  expect(await run(snippets[1] ?? '')).toBe('a review\nb for review: empty_item\n');
});

test('its example of reviews puts an event on the bus for a post in review, and for no other', async () => {
  expect(await run(snippets[3] ?? '')).toBe('10203040506070809010 for review\n');
  expect(reviews.taken).toHaveLength(1);
  expect(reviews.taken[0]).toMatchObject({ EventBusName: 'default', Source: 'multimodal-moderation' });
  expect(reviews.taken[0]?.Detail).toContain('"id":"10203040506070809010"');
});

test('its example of an asynchronous endpoint runs against a folder as S3', async () => {
  expect(await run(snippets[2] ?? '')).toBe('harmful: true\n');
});
