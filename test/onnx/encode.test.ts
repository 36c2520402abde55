import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { float, int, ints } from '../../lib/onnx/attribute.js';
import { encodeModel } from '../../lib/onnx/encode.js';
import { Graph } from '../../lib/onnx/graph.js';
import { type ExternalTensor, sliceRows } from '../../lib/onnx/tensor.js';
import { type Arrays, GraphRunner } from '../support/graph-runner.js';

/** ONNX Runtime is the reader here: it loads and runs what was written. */
describe('an encoded model', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'encode-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function run(graph: Graph, inputs: Arrays): Promise<number[]> {
    const runner = await GraphRunner.load({ model: encodeModel(graph), weightsFolder: folder });
    try {
      return [...(await runner.run(inputs))];
    } finally {
      await runner.close();
    }
  }

  const vector = (...values: number[]) =>
    ({ type: 'float32', data: Float32Array.from(values), shape: [values.length] }) as const;

  test('carries attributes of every kind', async () => {
    const graph = new Graph('attributes');
    const x = graph.input('x', 'float32', ['n']);
    const matrix = graph.node('a', 'Reshape', [x, graph.constant('int64', [2, 3])]);
    const turned = graph.node('b', 'Transpose', [matrix], { perm: ints(1, 0) });
    const joined = graph.node('c', 'Concat', [turned, turned], { axis: int(-1) });
    const flat = graph.node('d', 'Reshape', [joined, graph.constant('int64', [-1])]);
    graph.output('y', graph.node('e', 'QuickGelu', [flat], { alpha: float(1000) }), 'float32', ['n']);
    expect(await run(graph, { x: vector(1, 2, 3, 4, 5, 6) })).toEqual([1, 4, 1, 4, 2, 5, 2, 5, 3, 6, 3, 6]);
  });

  test('carries constants of every type', async () => {
    const graph = new Graph('constants');
    const x = graph.input('x', 'float32', [3]);
    const scaled = graph.node('a', 'Mul', [x, graph.constant('float32', [0.5], [])]);
    const picked = graph.node('b', 'Gather', [scaled, graph.constant('int32', [2, 0])]);
    graph.output(
      'y',
      graph.node('c', 'Slice', [picked, ...[0, 1].map((n) => graph.constant('int64', [n]))]),
      'float32',
      [1],
    );
    expect(await run(graph, { x: vector(1, 2, 3) })).toEqual([1.5]);
  });

  test('reads weights, and rows of them, from byte ranges of another file, aligned or not', async () => {
    const values = new Uint8Array(Float32Array.from([1, 2, 3, 4, 5, 6]).buffer);
    await writeFile(join(folder, 'weights.bin'), Buffer.concat([Buffer.from('oddly'), values]));
    const stored: ExternalTensor = { type: 'float32', shape: [3, 2], location: 'weights.bin', offset: 5 };
    const graph = new Graph('external');
    const x = graph.input('x', 'float32', [2]);
    const whole = graph.node('a', 'Add', [x, graph.weight('w', stored)]);
    const lower = graph.node('b', 'Concat', [whole, graph.weight('w[1:3]', sliceRows(stored, 1, 3))], {
      axis: int(0),
    });
    graph.output('y', lower, 'float32', ['rows', 2]);
    expect(await run(graph, { x: vector(10, 20) })).toEqual([11, 22, 13, 24, 15, 26, 3, 4, 5, 6]);
  });

  test('is the same to the byte for the same graph', () => {
    const build = () => {
      const graph = new Graph('twice');
      const x = graph.input('x', 'float32', ['n']);
      graph.output('y', graph.node('a', 'Tanh', [x]), 'float32', ['n']);
      return encodeModel(graph);
    };
    expect(Buffer.from(build()).equals(build())).toBe(true);
  });
});
