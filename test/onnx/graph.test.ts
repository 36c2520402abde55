import { beforeEach, describe, expect, test } from '@jest/globals';
import { int } from '../../lib/onnx/attribute.js';
import { Graph } from '../../lib/onnx/graph.js';
import { Scope } from '../../lib/onnx/scope.js';
import type { ExternalTensor } from '../../lib/onnx/tensor.js';

const weight: ExternalTensor = { type: 'float32', shape: [2, 2], location: 'w.safetensors', offset: 8 };

describe('the graph builder', () => {
  let graph: Graph;
  beforeEach(() => {
    graph = new Graph('test');
  });

  test('names a node after its place and operator, and its output after the node', () => {
    const x = graph.input('x', 'float32', ['batch', 2]);
    const y = graph.node('block.0.fc1', 'Gemm', [x, graph.weight('block.0.fc1.weight', weight)], {
      transB: int(1),
    });
    expect(y.name).toBe('block.0.fc1/Gemm/output_0');
    expect(graph.nodes).toEqual([
      {
        name: 'block.0.fc1/Gemm',
        operator: 'Gemm',
        inputs: ['x', 'block.0.fc1.weight'],
        outputs: ['block.0.fc1/Gemm/output_0'],
        attributes: { transB: { kind: 'int', value: 1 } },
      },
    ]);
  });

  test('refuses a second node of an operator at the same place', () => {
    const x = graph.input('x', 'float32', [2]);
    graph.node('here', 'Tanh', [x]);
    expect(() => graph.node('here', 'Tanh', [x])).toThrow("The graph test already has 'here/Tanh'");
  });

  test('keeps equal constants once, and apart by type, shape and value', () => {
    const first = graph.constant('int64', [1, 2]);
    expect(graph.constant('int64', [1, 2])).toEqual(first);
    graph.constant('int32', [1, 2]);
    graph.constant('int64', [1, 2], [1, 2]);
    graph.constant('int64', [12]);
    expect(graph.initializers.size).toBe(4);
  });

  test('keeps a weight once under its own name', () => {
    graph.weight('a.weight', weight);
    graph.weight('a.weight', { ...weight });
    expect([...graph.initializers]).toEqual([['a.weight', weight]]);
  });

  test('refuses one name for two different weights', () => {
    graph.weight('a.weight', weight);
    expect(() => graph.weight('a.weight', { ...weight, shape: [4] })).toThrow(
      "already has another 'a.weight'",
    );
  });
});

test('a scope leads nodes to their place in the model', () => {
  const graph = new Graph('test');
  const root = new Scope(graph, '');
  const x = graph.input('x', 'float32', [2]);
  root.child('encoder').child('layers.3').node('Tanh', [x]);
  expect(graph.nodes.map(({ name }) => name)).toEqual(['encoder.layers.3/Tanh']);
});
