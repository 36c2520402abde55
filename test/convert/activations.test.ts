import { describe, expect, test } from '@jest/globals';
import type { Activation } from '../../lib/checkpoint/architecture.js';
import { openSafetensors } from '../../lib/checkpoint/safetensors/file.js';
import { readTensor } from '../../lib/checkpoint/safetensors/read-tensor.js';
import { activate } from '../../lib/convert/layers.js';
import { Module } from '../../lib/convert/module.js';
import { Fp32 } from '../../lib/convert/precision/fp32.js';
import { encodeModel } from '../../lib/onnx/encode.js';
import { Graph } from '../../lib/onnx/graph.js';
import { GraphRunner } from '../support/graph-runner.js';
import { fixture } from '../support/project-root.js';

describe('the activation', () => {
  test.each<Activation>(['gelu', 'gelu_tanh', 'quick_gelu'])(
    '%s is PyTorch’s within 1e-6',
    async (activation) => {
      const file = await openSafetensors(fixture('numeric', 'functions.safetensors'));
      const [x, expected] = await Promise.all([readTensor(file, 'x'), readTensor(file, activation)]);
      const graph = new Graph('activation');
      const input = graph.input('x', 'float32', ['n']);
      graph.output(
        'y',
        activate(new Module(graph, new Fp32(new Map()), 'mlp'), input, activation),
        'float32',
        ['n'],
      );
      const runner = await GraphRunner.load({ model: encodeModel(graph), weightsFolder: '.' });
      const actual = await runner.run({ x: { type: 'float32', data: x, shape: [x.length] } });
      await runner.close();

      const unequal = [...x].filter((_, index) => {
        const [y, z] = [actual[index] ?? Number.NaN, expected[index] ?? Number.NaN];
        return !(Object.is(y, z) || Math.abs(y - z) <= 1e-6 * Math.max(1, Math.abs(z)));
      });
      expect(unequal).toEqual([]);
    },
  );
});
