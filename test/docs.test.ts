import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readConfig } from '../container/config.js';
import { startServer } from '../container/server.js';
import { createLogger } from '../container/telemetry/logger.js';
import { type ResolvedModel, resolveModel } from '../lib/cli/resolve-model.js';
import { replySchema } from '../lib/contract/reply.js';
import { Classifier } from '../lib/engine/classifier.js';
import { projectRoot } from './support/project-root.js';

const README = readFileSync(join(projectRoot, 'README.md'), 'utf8');

test('the tables of error codes and limits restate the code', () => {
  const { status, stderr } = spawnSync('node', [join(projectRoot, 'scripts', 'docs.mjs'), '--check'], {
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(status).toBe(0);
});

test('the README links only to files that exist', () => {
  const links = [...README.matchAll(/\]\(([^)#:]+)\)/g)].map(([, link]) => link ?? '');
  expect(links.length).toBeGreaterThan(5);
  expect(links.filter((link) => !existsSync(join(projectRoot, link)))).toEqual([]);
});

test('the documents link only to files that exist', () => {
  const folder = join(projectRoot, 'docs');
  const broken = readdirSync(folder)
    .filter((name) => name.endsWith('.md'))
    .flatMap((name) => {
      const text = readFileSync(join(folder, name), 'utf8');
      const links = [...text.matchAll(/\]\(([^)#:\s]+)(?:#[^)]*)?\)/g)].map(([, link = '']) => link);
      return links.filter((link) => !existsSync(join(folder, link))).map((link) => `${name}: ${link}`);
    });
  expect(broken).toEqual([]);
});

describe('the request of the README', () => {
  let model: ResolvedModel;
  let server: Awaited<ReturnType<typeof startServer>>;

  beforeAll(async () => {
    model = await resolveModel(join(projectRoot, 'models', 'demo'));
    server = await startServer({
      config: readConfig({ MODERATION_PORT: '0' }),
      logger: createLogger('silent', { write: () => undefined }),
      load: (options) => Classifier.load(model.packFolder, options),
    });
    await server.ready;
  });

  afterAll(async () => {
    await server?.stop();
    await model?.dispose();
  });

  test('gets the reply that stands beside it', async () => {
    const [, snippet = ''] = /(curl [\s\S]*?)\n```/.exec(README) ?? [];
    const [, shown = ''] = /```json\n([\s\S]*?)\n```/.exec(README) ?? [];
    const command = snippet.replace('http://127.0.0.1:8080', server.url);
    const reply = replySchema.parse(JSON.parse(await shell(command)));
    const expected = replySchema.parse(JSON.parse(shown));
    expect(reply.thresholds).toEqual(expected.thresholds);
    expect(reply.model.demonstration).toBe(true);
    expect(reply.model.pack).toMatch(/^[0-9a-f]{64}$/);
    expect(rounded(reply.predictions)).toEqual(rounded(expected.predictions));
  });
});

async function shell(command: string): Promise<string> {
  const { execFile } = await import('node:child_process');
  return new Promise((resolve, reject) => {
    execFile('bash', ['-c', command], { cwd: projectRoot }, (error, stdout) =>
      error ? reject(error) : resolve(stdout),
    );
  });
}

/** Numbers to the four decimals that the README shows. */
function rounded(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, member) => (typeof member === 'number' ? Number(member.toFixed(4)) : member)),
  );
}
