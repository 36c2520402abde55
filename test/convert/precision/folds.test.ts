import { describe, expect, test } from '@jest/globals';
import { expectedTensors } from '../../../lib/checkpoint/architecture/expected-tensors.js';
import type { Architecture } from '../../../lib/checkpoint/architecture.js';
import { PRESETS } from '../../../lib/checkpoint/synthesize/presets.js';
import { imageGraph, textGraph } from '../../../lib/convert/graphs.js';
import { Fp32 } from '../../../lib/convert/precision/fp32.js';
import { findFolds } from '../../../lib/convert/precision/int8/folds.js';
import { Recorder } from '../../../lib/convert/precision/int8/linear-site.js';
import { parameterKey } from '../../../lib/convert/precision/parameter.js';
import type { ExternalTensor } from '../../../lib/onnx/tensor.js';

const LAYERS = 12;

describe('folds', () => {
  test.each(['siglip2-base', 'clip-b32'] as const)(
    'of %s: two norms and the values of each block',
    (preset) => {
      const { text, image } = foldsOf(PRESETS[preset].architecture);
      for (const folds of [text, image]) {
        const inBlocks = folds.filter(([produced]) => produced?.includes('.layers.'));
        expect(inBlocks).toHaveLength(3 * LAYERS);
      }
      const short = (names: readonly string[] | undefined) =>
        names?.map((name) => name.split('layers.3.').at(-1));
      const third = text.filter(([produced]) => produced?.includes('layers.3.'));
      expect(third.map(([, readers]) => short(readers))).toEqual([
        ['self_attn.q_proj', 'self_attn.k_proj', 'self_attn.v_proj'],
        ['self_attn.out_proj'],
        ['mlp.fc1'],
      ]);
      expect(third.map(([produced]) => short([produced ?? ''])?.[0])).toEqual([
        'layer_norm1.weight',
        'self_attn.v_proj.weight',
        'layer_norm2.weight',
      ]);
    },
  );

  test('go through the pooled column of the last block', () => {
    const { text } = foldsOf(PRESETS['siglip2-base'].architecture);
    const last = text.find(([produced]) => produced?.endsWith('layers.11.layer_norm1.weight'));
    expect(last?.[1].map((path) => path.split('.').at(-1)).sort()).toEqual(['k_proj', 'q_proj', 'v_proj']);
  });

  test('of SigLIP’s pooling head reach rows of the packed projection', () => {
    const { image } = foldsOf(PRESETS['siglip2-base'].architecture);
    const values = image.find(([produced]) => produced?.includes('in_proj_weight'));
    expect(values?.[0]).toBe('backbone.vision_model.head.attention.in_proj_weight[1536:2304]');
    expect(values?.[1]).toEqual(['backbone.vision_model.head.attention.out_proj']);
  });

  test('leave alone a norm that the residual stream reads', () => {
    const { image } = foldsOf(PRESETS['clip-b32'].architecture);
    expect(image.filter(([produced]) => produced?.includes('pre_layrnorm'))).toEqual([]);
  });
});

/** By encoder: what is divided first, and the paths of the layers that read it. */
function foldsOf(architecture: Architecture): Record<'text' | 'image', [string | undefined, string[]][]> {
  const named = (
    build: (recorder: Recorder) => ReturnType<typeof textGraph>,
  ): [string | undefined, string[]][] => {
    const recorder = new Recorder(new Fp32(tensorsOf(architecture)));
    const folds = findFolds(build(recorder), recorder.sites);
    return folds.map(({ produced, readers }) => [
      produced[0] && parameterKey(produced[0]),
      readers.map(({ path }) => path),
    ]);
  };
  const normalization = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] };
  return {
    text: named((recorder) => textGraph(architecture, recorder)),
    image: named((recorder) => imageGraph(architecture, recorder, normalization)),
  };
}

function tensorsOf(architecture: Architecture): Map<string, ExternalTensor> {
  const place = { type: 'float32', location: 'model.safetensors', offset: 0 } as const;
  return new Map([...expectedTensors(architecture)].map(([name, shape]) => [name, { ...place, shape }]));
}
