import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { Module } from '../../lib/convert/module.js';
import { cutPatches, type Normalization, normalize } from '../../lib/convert/pixels.js';
import { Fp32 } from '../../lib/convert/precision/fp32.js';
import { int, ints } from '../../lib/onnx/attribute.js';
import { encodeModel } from '../../lib/onnx/encode.js';
import { Graph, type Value } from '../../lib/onnx/graph.js';
import { GraphRunner, type TestTensor } from '../support/graph-runner.js';
import { fixture } from '../support/project-root.js';

interface ImageFixtures {
  readonly transforms: Record<string, Normalization>;
  readonly images: {
    readonly file: string;
    readonly targets: Record<string, { pixels: string; float32_sha256: Record<string, string> }>;
  }[];
}

const { transforms, images } = JSON.parse(
  readFileSync(fixture('images', 'images.json'), 'utf8'),
) as ImageFixtures;

describe.each(Object.keys(transforms))('the normalisation of %s', (name) => {
  test.each([64, 224])('equals torchvision’s bit for bit on every picture at %d pixels', async (size) => {
    const runner = await pixelGraph(size, [1, 3, size, size], (module, pixels) => {
      const planes = module.node('Transpose', [pixels], { perm: ints(0, 3, 1, 2) });
      return normalize(module, planes, transforms[name] as Normalization);
    });
    let compared = 0;
    for (const { targets } of images) {
      const target = targets[size];
      if (target === undefined) continue;
      const data = new Uint8Array(gunzipSync(readFileSync(fixture('images', target.pixels))));
      const floats = await runner.run({ pixels: { type: 'uint8', data, shape: [1, size, size, 3] } });
      expect(sha256(floats)).toBe(target.float32_sha256[name]);
      compared++;
    }
    expect(compared).toBeGreaterThanOrEqual(40);
    await runner.close();
  });
});

describe('patches', () => {
  const size = 5;
  const pixels: TestTensor = {
    type: 'uint8',
    data: Uint8Array.from({ length: size * size * 3 }, (_, index) => index),
    shape: [1, size, size, 3],
  };
  /** Of the picture above. */
  const pixel = (row: number, column: number, channel: number) => (row * size + column) * 3 + channel;

  test('run row by row, each laid out by channel, row and column; a remainder is dropped', async () => {
    const runner = await pixelGraph(size, [1, 2, 2, 3, 2, 2], (module, input) =>
      module.child('float').node('Cast', [cutPatches(module, input, size, 2)], { to: int(1) }),
    );
    const expected: number[] = [];
    for (const top of [0, 2])
      for (const left of [0, 2])
        for (const channel of [0, 1, 2])
          for (const row of [0, 1])
            for (const column of [0, 1]) expected.push(pixel(top + row, left + column, channel));
    expect([...(await runner.run({ pixels }))]).toEqual(expected);
    await runner.close();
  });
});

function root(graph: Graph): Module {
  return new Module(graph, new Fp32(new Map()), 'preprocessing');
}

/** A graph of one picture's pixels and nothing after them. */
async function pixelGraph(
  size: number,
  shape: number[],
  build: (module: Module, pixels: Value) => Value,
): Promise<GraphRunner> {
  const graph = new Graph('pixels');
  const output = build(root(graph), graph.input('pixels', 'uint8', [1, size, size, 3]));
  graph.output('values', output, 'float32', shape);
  return load(graph);
}

function load(graph: Graph): Promise<GraphRunner> {
  return GraphRunner.load({ model: encodeModel(graph), weightsFolder: '.' });
}

function sha256(values: Float32Array): string {
  return createHash('sha256').update(new Uint8Array(values.buffer)).digest('hex');
}
