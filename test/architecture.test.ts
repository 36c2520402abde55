import { describe, expect, test } from '@jest/globals';
import { findCircles, type ImportGraph, reachableFrom, readImportGraph } from './support/import-graph.js';

/**
 * What each folder may import: folders of the project, and packages beyond Node's own modules. Imports point down
 * only; each heavy dependency is touched by one folder alone.
 */
const RULES: Record<string, { folders: string[]; packages: string[] }> = {
  'lib/contract': { folders: [], packages: ['zod'] },
  'lib/numeric': { folders: [], packages: [] },
  'lib/time': { folders: [], packages: [] },
  'lib/checkpoint': { folders: ['lib/contract', 'lib/numeric'], packages: ['zod'] },
  'lib/sagemaker': { folders: ['lib/contract'], packages: [] },
  'lib/onnx': { folders: ['lib/contract', 'lib/numeric'], packages: [] },
  'lib/text': { folders: ['lib/contract', 'lib/numeric'], packages: ['zod'] },
  'lib/image': { folders: ['lib/contract', 'lib/numeric'], packages: ['sharp'] },
  'lib/parts': { folders: ['lib/text', 'lib/image', 'lib/contract', 'lib/numeric'], packages: [] },
  'lib/convert': {
    folders: ['lib/checkpoint', 'lib/onnx', 'lib/text', 'lib/contract', 'lib/numeric'],
    packages: ['zod'],
  },
  'lib/engine': {
    folders: [
      'lib/checkpoint',
      'lib/parts',
      'lib/text',
      'lib/image',
      'lib/contract',
      'lib/numeric',
      'lib/time',
    ],
    packages: ['onnxruntime-node', 'lru-cache'],
  },
  'lib/hub': { folders: ['lib/checkpoint', 'lib/contract'], packages: ['zod', '@huggingface/hub'] },
  'lib/evaluate/report': {
    folders: ['lib/evaluate', 'lib/contract', 'lib/numeric'],
    packages: ['@observablehq/plot', 'linkedom'],
  },
  'lib/evaluate': {
    folders: ['lib/checkpoint', 'lib/contract', 'lib/numeric'],
    packages: ['zod', 'csv-parse'],
  },
  'lib/client': {
    folders: ['lib/contract', 'lib/sagemaker', 'lib/time'],
    packages: [
      'zod',
      '@aws-sdk/client-sagemaker-runtime',
      '@aws-sdk/client-s3',
      '@aws-sdk/client-eventbridge',
      'sharp',
    ],
  },
  'lib/emulator': { folders: ['lib/contract', 'lib/sagemaker', 'lib/time'], packages: ['zod'] },
  // The page runs in a browser: of the contract, and of what the server tells it, it takes types only.
  'container/playground/page': { folders: ['lib/contract', 'container'], packages: ['csv-parse'] },
  container: {
    folders: ['lib/contract', 'lib/checkpoint', 'lib/parts', 'lib/engine'],
    packages: ['express', 'pino', 'prom-client', 'zod'],
  },
  'lib/infra': {
    folders: ['lib/contract', 'lib/checkpoint', 'lib/sagemaker'],
    packages: ['aws-cdk-lib', 'constructs', 'zod'],
  },
  'lib/cli': {
    folders: [
      'lib/contract',
      'lib/numeric',
      'lib/checkpoint',
      'lib/convert',
      'lib/hub',
      'lib/text',
      'lib/image',
      'lib/engine',
      'lib/evaluate',
      'lib/evaluate/report',
      'lib/client',
      'lib/emulator',
      'lib/sagemaker',
      'container',
    ],
    packages: [
      'commander',
      'cli-progress',
      '@aws-sdk/client-application-auto-scaling',
      '@aws-sdk/client-cloudformation',
      '@aws-sdk/client-s3',
      '@aws-sdk/client-sagemaker',
      '@aws-sdk/client-sts',
      '@aws-sdk/lib-storage',
      'csv-parse',
      'tar-stream',
      'zod',
    ],
  },
  examples: { folders: ['lib/client'], packages: ['express', 'csv-parse', '@aws-sdk/client-sqs'] },
  bin: { folders: ['lib/cli', 'lib/infra'], packages: ['aws-cdk-lib'] },
};

const graph: ImportGraph = readImportGraph(['lib', 'container', 'bin', 'examples']);

describe('the architecture', () => {
  test('every source file belongs to a folder with a rule', () => {
    const homeless = graph.files.filter((file) => folderOf(file) === undefined);
    expect(homeless).toEqual([]);
    expect(graph.files.length).toBeGreaterThan(20);
  });

  test.each(Object.keys(RULES))('%s imports only from the layers below it', (folder) => {
    const allowed = new Set([folder, ...(RULES[folder]?.folders ?? [])]);
    const upward = graph.local
      .filter(({ from }) => folderOf(from) === folder)
      .filter(({ to }) => !allowed.has(folderOf(to) ?? to))
      .map(({ from, to }) => `${from} -> ${to}`);
    expect(upward).toEqual([]);
  });

  test.each(Object.keys(RULES))('%s imports only its own packages', (folder) => {
    const allowed = new Set(RULES[folder]?.packages ?? []);
    const foreign = graph.packages
      .filter(({ from, name }) => folderOf(from) === folder && !allowed.has(name))
      .map(({ from, name }) => `${from} -> ${name}`);
    expect(foreign).toEqual([]);
  });

  test('the page shares types with the server, and no code', () => {
    const page = 'container/playground/page/';
    const shared = graph.local.filter(({ from, to }) => from.startsWith(page) && !to.startsWith(page));
    expect(shared.length).toBeGreaterThan(0);
    expect(shared.filter(({ typeOnly }) => !typeOnly)).toEqual([]);
  });

  test.each(['session', 'image', 'tokenizer', 'verify'])(
    'the %s worker loads no schemas: they would take more of a start than all else it loads',
    (name) => {
      const loaded = reachableFrom(graph, `lib/engine/workers/${name}-worker.ts`);
      expect(loaded.size).toBeGreaterThan(2);
      const schemas = graph.packages.filter(({ from, name }) => name === 'zod' && loaded.has(from));
      expect(schemas).toEqual([]);
    },
  );

  test('there are no import circles', () => {
    expect(findCircles(graph)).toEqual([]);
  });
});

/** The first that holds it: a folder within another stands before it, and has its own rule. */
function folderOf(file: string): string | undefined {
  return Object.keys(RULES).find((folder) => file.startsWith(`${folder}/`));
}
