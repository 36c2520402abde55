import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { readConfig } from '../container/config.js';
import { readImportGraph } from './support/import-graph.js';
import { projectRoot } from './support/project-root.js';

const { files } = readImportGraph(['lib', 'container', 'bin']);
const sources = files.map((file) => [file, readFileSync(join(projectRoot, file), 'utf8')] as const);

function filesWith(pattern: RegExp): string[] {
  return sources.filter(([, source]) => pattern.test(source)).map(([file]) => file);
}

test('no shipped code is made from strings', () => {
  expect(filesWith(/\beval\s*\(|\bnew\s+Function\b|\bFunction\s*\(|['"](?:node:)?vm['"]/)).toEqual([]);
});

test('only the staging of a model starts a process, and none starts a shell', () => {
  expect(filesWith(/['"](?:node:)?(?:child_process|cluster)['"]/)).toEqual([
    'lib/infra/constructs/model/stage-model.ts',
  ]);
  expect(filesWith(/\bshell:\s*true|\bexec(?:Sync)?\(\s*[`'"]/)).toEqual([]);
});

test('no shipped code reads pickles', () => {
  expect(filesWith(/\bpickle\b.*\b(?:load|parse|read)/i)).toEqual([]);
});

test('a server listens on loopback unless it is told otherwise', () => {
  expect(readConfig({}).host).toBe('127.0.0.1');
});

test('every package that ships is pinned and has a hash', () => {
  const { dependencies } = readJson('package.json') as { dependencies: Record<string, string> };
  for (const version of Object.values(dependencies)) expect(version).toMatch(/^\d+\.\d+\.\d+$/);
  const { packages } = readJson('package-lock.json') as { packages: Record<string, Record<string, unknown>> };
  const shipped = Object.entries(packages).filter(
    ([name, entry]) => name !== '' && !entry['dev'] && !entry['link'],
  );
  expect(shipped.length).toBeGreaterThan(50);
  const unhashed = shipped.filter(
    ([, { integrity, inBundle }]) => !inBundle && !/^sha512-/.test(String(integrity)),
  );
  expect(unhashed.map(([name]) => name)).toEqual([]);
});

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(join(projectRoot, file), 'utf8'));
}
