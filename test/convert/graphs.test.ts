import { describe, expect, test } from '@jest/globals';
import { expectedTensors } from '../../lib/checkpoint/architecture/expected-tensors.js';
import type { Architecture } from '../../lib/checkpoint/architecture.js';
import { headGraph, imageGraph, textGraph, tokenTable } from '../../lib/convert/graphs.js';
import { Fp32 } from '../../lib/convert/precision/fp32.js';
import { encodeModel } from '../../lib/onnx/encode.js';
import type { Graph } from '../../lib/onnx/graph.js';
import type { ExternalTensor } from '../../lib/onnx/tensor.js';

const block = { width: 768, mlpWidth: 3072, layers: 12, heads: 12 };

const siglip: Architecture = {
  family: 'siglip',
  text: {
    ...block,
    prefix: 'backbone.text_model.',
    activation: 'gelu_tanh',
    layerNormEps: 1e-6,
    featureWidth: 768,
    vocabularySize: 256000,
    positions: 64,
  },
  image: {
    ...block,
    prefix: 'backbone.vision_model.',
    activation: 'gelu_tanh',
    layerNormEps: 1e-6,
    featureWidth: 768,
    size: 224,
    patch: 16,
  },
  head: { kind: 'fusion', fusionWidth: 512, classes: 5 },
};

const clipBlock = { ...block, activation: 'quick_gelu', layerNormEps: 1e-5 } as const;

const clip: Architecture = {
  family: 'clip',
  text: {
    ...clipBlock,
    prefix: 'backbone.text_model.',
    width: 512,
    mlpWidth: 2048,
    heads: 8,
    featureWidth: 512,
    vocabularySize: 49408,
    positions: 77,
  },
  image: { ...clipBlock, prefix: 'backbone.vision_model.', featureWidth: 512, size: 224, patch: 32 },
  head: siglip.head,
};

const multitask: Architecture = {
  ...clip,
  text: { ...clip.text, prefix: 'tower_txt.text_model.' },
  image: { ...clip.image, prefix: 'tower_img.vision_model.', featureWidth: 768 },
  head: { kind: 'multitask', fusionWidth: 512, classes: 5, hiddenWidth: 256, lossWeights: true },
};

const MODELS: [string, Architecture, number, string[]][] = [
  ['SigLIP2 base with a fusion head', siglip, 426, ['backbone.logit_scale', 'backbone.logit_bias']],
  ['CLIP ViT-B/32 with a fusion head', clip, 416, ['backbone.logit_scale']],
  ['CLIP ViT-B/32 with multi-task heads', multitask, 428, ['log_vars']],
];

describe.each(MODELS)('the graphs of %s', (_, architecture, tensorCount, unused) => {
  const tensors = storedTensors(architecture);
  const graphs = buildGraphs(architecture, tensors);

  test('read every tensor of the checkpoint but those of training alone', () => {
    expect(tensors.size).toBe(tensorCount);
    const read = new Set(graphs.flatMap(({ initializers }) => [...initializers.keys()].map(withoutRows)));
    const { values } = tokenTable(architecture, new Fp32(tensors));
    const table = [...tensors].find(([, tensor]) => tensor === values)?.[0] ?? '';
    expect([read.has(table), table]).toEqual([false, expect.stringMatching(/token_embedding\.weight$/)]);
    read.add(table);
    expect([...tensors.keys()].filter((name) => !read.has(name))).toEqual(unused);
  });

  test('copy no weight: what lies in a graph are constants of a few bytes', () => {
    for (const graph of graphs) {
      for (const [name, tensor] of graph.initializers) {
        if ('data' in tensor) expect([name, tensor.data.length <= 48]).toEqual([name, true]);
        else expect(tensors.get(withoutRows(name))?.location).toBe(tensor.location);
      }
      expect(encodeModel(graph).length).toBeLessThan(120_000);
    }
  });

  test('have no value that nothing reads', () => {
    for (const { nodes, inputs, outputs, initializers } of graphs) {
      const read = new Set([...nodes.flatMap((node) => node.inputs), ...outputs.map(({ name }) => name)]);
      const made = [
        ...nodes.flatMap((node) => node.outputs),
        ...inputs.map(({ name }) => name),
        ...initializers.keys(),
      ];
      expect(made.filter((name) => !read.has(name))).toEqual([]);
    }
  });

  test('name every linear layer, norm and attention after its place in the checkpoint', () => {
    const places = new Set([...tensors.keys()].map((name) => name.replace(/\.(weight|bias)$/, '')));
    for (const { nodes } of graphs) {
      for (const { name, operator } of nodes) {
        const place = name.slice(0, -operator.length - 1);
        if (operator === 'LayerNormalization') expect(places).toContain(place);
        if (operator === 'Gemm' && !place.includes('head.attention.')) expect(places).toContain(place);
      }
    }
  });
});

describe('the last block of an encoder that pools one column', () => {
  const [text] = buildGraphs(siglip, storedTensors(siglip));
  const node = (name: string) => text?.nodes.find((candidate) => candidate.name.endsWith(name));

  test('computes keys and values for all columns, the rest for the pooled one', () => {
    const last = 'encoder.layers.11';
    const inputOf = (projection: string) => node(`${last}.self_attn.${projection}/Gemm`)?.inputs[0];
    expect(inputOf('k_proj')).toMatch(/layer_norm1\/LayerNormalization\/output_0$/);
    expect(inputOf('v_proj')).toMatch(/layer_norm1\/LayerNormalization\/output_0$/);
    expect(inputOf('q_proj')).toMatch(/self_attn\.pooled\/Gather\/output_0$/);
    expect(node(`${last}.attention_residual/Add`)?.inputs[0]).toMatch(
      /layers\.11\.pooled\/Gather\/output_0$/,
    );
  });

  test('is the only one that does', () => {
    expect(text?.nodes.filter(({ name }) => name.endsWith('pooled/Gather'))).toHaveLength(2);
  });

  test('needs no causal mask for its single query in CLIP', () => {
    const [clipText] = buildGraphs(clip, storedTensors(clip));
    const causal = clipText?.nodes
      .filter(({ operator }) => operator === 'MultiHeadAttention')
      .map(({ attributes }) => attributes['unidirectional']?.value);
    expect(causal).toEqual([...new Array(11).fill(1), 0]);
  });
});

test('a weight that the checkpoint lacks is named', () => {
  const tensors = storedTensors(siglip);
  tensors.delete('cls.1.bias');
  expect(() => headGraph(siglip, new Fp32(tensors))).toThrow("The weights lack 'cls.1.bias'");
});

function storedTensors(architecture: Architecture): Map<string, ExternalTensor> {
  let offset = 8;
  const tensors = new Map<string, ExternalTensor>();
  for (const [name, shape] of expectedTensors(architecture)) {
    tensors.set(name, { type: 'float32', shape, location: 'model.safetensors', offset });
    offset += 4 * shape.reduce((product, size) => product * size, 1);
  }
  return tensors;
}

function buildGraphs(architecture: Architecture, tensors: ReadonlyMap<string, ExternalTensor>): Graph[] {
  const precision = new Fp32(tensors);
  const normalization = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] };
  return [
    textGraph(architecture, precision),
    imageGraph(architecture, precision, normalization),
    headGraph(architecture, precision),
  ];
}

/** `in_proj_weight[0:768]` is part of the tensor `in_proj_weight`. */
function withoutRows(name: string): string {
  return name.replace(/\[[\d:]+\]$/, '');
}
