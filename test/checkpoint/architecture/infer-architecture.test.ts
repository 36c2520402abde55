import { describe, expect, test } from '@jest/globals';
import type { TensorFacts } from '../../../lib/checkpoint/architecture/compare-tensors.js';
import { expectedTensors } from '../../../lib/checkpoint/architecture/expected-tensors.js';
import { inferArchitecture } from '../../../lib/checkpoint/architecture/infer-architecture.js';
import type { Architecture, Shape } from '../../../lib/checkpoint/architecture.js';
import { Checkpoint } from '../../../lib/checkpoint/checkpoint.js';
import type { CheckpointConfigs } from '../../../lib/checkpoint/config/configs.js';
import { modelConfigSchema } from '../../../lib/checkpoint/config/model-config.js';
import { PRESETS, type PresetName } from '../../../lib/checkpoint/synthesize/presets.js';
import { fixture } from '../../support/project-root.js';

type Facts = Map<string, TensorFacts>;

function factsOf(architecture: Architecture): Facts {
  return new Map([...expectedTensors(architecture)].map(([name, shape]) => [name, { dtype: 'F32', shape }]));
}

const preset = (name: PresetName): Architecture => PRESETS[name].architecture;

/** What config.json says of an encoder, with the fields named and no others. */
function modelConfig(fields: object): CheckpointConfigs {
  return { model: modelConfigSchema.parse(fields) };
}

function message(tensors: Facts, configs: CheckpointConfigs = {}): string {
  try {
    inferArchitecture(tensors, configs);
  } catch (error) {
    expect(error).toMatchObject({ code: 'checkpoint_invalid' });
    return String(error);
  }
  return 'no error';
}

describe('the architecture of a complete checkpoint', () => {
  test.each(Object.keys(PRESETS) as PresetName[])('%s is found from its tensors alone', (name) => {
    const { architecture, inferred } = inferArchitecture(factsOf(preset(name)), {});
    expect(architecture).toEqual(preset(name));
    expect(inferred).toEqual([
      expect.stringMatching(
        /^The text encoder has \d+ attention heads: no config states them, a head is 64 wide\.$/,
      ),
      expect.stringMatching(/^The image encoder has 12 attention heads/),
    ]);
  });

  test.each([
    [
      'siglip-tiny',
      { family: 'siglip', text: { width: 64, heads: 4, layers: 2, mlpWidth: 128, positions: 64 } },
    ],
    [
      'siglip-odd',
      {
        text: { width: 48, heads: 6, featureWidth: 80 },
        image: { width: 80, heads: 5, patch: 14, size: 56 },
      },
    ],
    ['siglip-bf16', { family: 'siglip', head: { kind: 'fusion', fusionWidth: 32, classes: 5 } }],
    [
      'clip-tiny',
      {
        family: 'clip',
        text: { width: 32, heads: 4, featureWidth: 40 },
        image: { heads: 3, featureWidth: 40 },
      },
    ],
    ['clip-f16', { family: 'clip', head: { kind: 'fusion', fusionWidth: 20 } }],
    [
      'clip-mtl',
      {
        text: { prefix: 'tower_txt.text_model.' },
        head: { kind: 'multitask', hiddenWidth: null, lossWeights: false },
      },
    ],
    ['clip-mtl-hidden', { head: { kind: 'multitask', hiddenWidth: 16, lossWeights: true, classes: 5 } }],
    ['clip-mtl-flat', { text: { prefix: 'tower_txt.' }, image: { prefix: 'tower_img.', featureWidth: 24 } }],
  ])('%s, made by the original library, is found with its config', async (model, expected) => {
    const { tensors, configs } = await Checkpoint.open(fixture('models', model));
    const { architecture, inferred } = inferArchitecture(tensors, configs);
    expect(architecture).toMatchObject(expected);
    expect(inferred).toEqual([]);
  });

  test('is told to rest on a default where config.json leaves the heads out', () => {
    const configs = modelConfig({
      model_type: 'siglip',
      text_config: { vocab_size: 256_000 },
      vision_config: {},
    });
    const { architecture, inferred } = inferArchitecture(factsOf(preset('siglip2-base')), configs);
    expect([architecture.text.heads, architecture.image.heads]).toEqual([12, 12]);
    expect(inferred).toEqual([
      'The text encoder has 12 attention heads: config.json states none, this is the default.',
      'The image encoder has 12 attention heads: config.json states none, this is the default.',
    ]);
  });

  test('takes activation and epsilon from config.json where it states them', () => {
    const vision_config = { hidden_act: 'gelu', layer_norm_eps: 1e-3 };
    const { architecture } = inferArchitecture(factsOf(preset('clip-b32')), modelConfig({ vision_config }));
    expect(architecture.image).toMatchObject({ activation: 'gelu', layerNormEps: 1e-3 });
    expect(architecture.text).toMatchObject({ activation: 'quick_gelu', layerNormEps: 1e-5 });
  });

  test('knows the shape-optimised SigLIP, whose heads are not 64 wide and whose edge is no multiple of the patch', () => {
    const { text, image, ...rest } = preset('siglip2-base');
    const wide = { width: 1152, heads: 16, layers: 27, mlpWidth: 4304, featureWidth: 1152 };
    const large: Architecture = {
      ...rest,
      text: { ...text, ...wide },
      image: { ...image, ...wide, size: 384, patch: 14 },
    };
    const configs = modelConfig({ vision_config: { image_size: 384, patch_size: 14 } });
    expect(inferArchitecture(factsOf(large), configs).architecture).toEqual(large);
  });

  test('leaves out what only training uses, and says so', () => {
    const tensors = factsOf(preset('siglip2-base'));
    tensors.set('pos_weight', { dtype: 'F32', shape: [5] });
    tensors.set('backbone.text_model.embeddings.position_ids', { dtype: 'I64', shape: [1, 64] });
    const { inferred } = inferArchitecture(tensors, {});
    expect(inferred).toContain('"pos_weight" is left out: only training uses it.');
    expect(inferred).toContain(
      '"backbone.text_model.embeddings.position_ids" is left out: only training uses it.',
    );
  });
});

describe('a checkpoint with faults', () => {
  const edit = (change: (tensors: Facts) => void, name: PresetName = 'siglip2-base'): Facts => {
    const tensors = factsOf(preset(name));
    change(tensors);
    return tensors;
  };
  const reshape = (tensors: Facts, name: string, shape: Shape) => tensors.set(name, { dtype: 'F32', shape });

  test('is refused with all of its missing, unexpected and misshapen tensors', () => {
    const tensors = edit((facts) => {
      facts.delete('cls.4.bias');
      facts.delete('backbone.text_model.encoder.layers.3.mlp.fc1.weight');
      reshape(facts, 'gate.weight', [512, 1024]);
      reshape(facts, 'extra.weight', [3, 4]);
      facts.set('g_t.bias', { dtype: 'I8', shape: [512] });
    });
    expect(message(tensors).split('\n')).toEqual([
      'ModerationError: The checkpoint is no complete SigLIP classifier with a fusion head:',
      '- missing: backbone.text_model.encoder.layers.3.mlp.fc1.weight [3072, 768]',
      '- wrong dtype: g_t.bias is I8, expected F32, F16, BF16',
      '- wrong shape: gate.weight is [512, 1024], expected [512, 1026]',
      '- missing: cls.4.bias [5]',
      '- unexpected: "extra.weight" [3, 4]',
    ]);
  });

  test('is told what is missing even where the missing tensor gives a dimension', () => {
    const tensors = edit((facts) => {
      facts.delete('backbone.text_model.embeddings.token_embedding.weight');
      facts.delete('proj_t.weight');
      facts.delete('ln_fused.bias');
    });
    expect(message(tensors).split('\n- ').slice(1)).toEqual([
      'missing: backbone.text_model.embeddings.token_embedding.weight [?, ?]',
      'missing: proj_t.weight [?, 768]',
      'missing: ln_fused.bias [?]',
    ]);
  });

  test('is refused when a whole layer is missing', () => {
    const tensors = edit((facts) => {
      for (const name of facts.keys())
        if (name.includes('vision_model.encoder.layers.5.')) facts.delete(name);
    });
    expect(message(tensors).match(/missing: backbone.vision_model.encoder.layers.5\./g)).toHaveLength(16);
  });

  test('cannot make it list a billion layers by one absurd index', () => {
    const tensors = edit((facts) =>
      reshape(facts, 'backbone.text_model.encoder.layers.999999999.mlp.fc1.bias', [1]),
    );
    expect(message(tensors)).toContain(
      'unexpected: "backbone.text_model.encoder.layers.999999999.mlp.fc1.bias"',
    );
  });

  test('is refused when its positions are no square of patches', () => {
    const name = 'backbone.vision_model.embeddings.position_embedding.weight';
    expect(message(edit((facts) => reshape(facts, name, [200, 768])))).toContain(
      '200 positions, which are no square',
    );
  });

  test('is refused when the patch embedding is that of the NaFlex variant', () => {
    const name = 'backbone.vision_model.embeddings.patch_embedding.weight';
    expect(message(edit((facts) => reshape(facts, name, [768, 768])))).toContain(
      `wrong shape: ${name} is [768, 768], expected [?, 3, ?, ?]`,
    );
  });

  test('is refused when its configs contradict its tensors', () => {
    const configs: CheckpointConfigs = {
      ...modelConfig({
        text_config: { hidden_size: 1024, num_attention_heads: 7 },
        vision_config: { hidden_act: 'relu' },
      }),
      inference: {
        head: 'mtl',
        fusion_dim: 256,
        max_text_length: 77,
      } as CheckpointConfigs['inference'],
      preprocessor: { size: { height: 256, width: 256 } } as CheckpointConfigs['preprocessor'],
    };
    expect(
      message(factsOf(preset('siglip2-base')), configs)
        .split('\n- ')
        .slice(1),
    ).toEqual([
      'config.json states 7 attention heads for the text encoder, whose width is 768',
      expect.stringContaining('hidden_act of the image encoder is "relu"; expected one of gelu, '),
      'config.json: text_config.hidden_size is 1024, by the tensors it is 768',
      'inference_config.json: head is mtl, by the tensors it is fusion',
      'inference_config.json: fusion_dim is 256, by the tensors it is 512',
      'preprocessor_config.json: size is 256, by the tensors it is 224',
      'preprocessor_config.json: size is 256, by the tensors it is 224',
      'inference_config.json: max_text_length is 77, the text encoder has 64 positions',
    ]);
  });

  test('whose head width is unknown is refused', () => {
    const { text, ...rest } = preset('clip-b32');
    const odd: Architecture = { ...rest, text: { ...text, width: 500 } };
    expect(message(factsOf(odd))).toContain('the attention heads of the text encoder are unknown');
  });
});

describe('tensors of something else', () => {
  const facts = (...names: string[]): Facts =>
    new Map(names.map((name) => [name, { dtype: 'F32', shape: [1] }]));

  test('an encoder without a classifier is recognised', () => {
    const names = [...factsOf(preset('siglip2-base')).keys()].filter((name) => name.startsWith('backbone.'));
    expect(message(facts(...names.map((name) => name.slice('backbone.'.length))))).toContain(
      'These are the weights of an encoder without a classifier',
    );
  });

  test('another model is refused with what its names begin with', () => {
    expect(message(facts('bert.embeddings.x', 'bert.encoder.y', 'cls.weight'))).toContain(
      'names begin with "bert.embeddings", "bert.encoder", "cls.weight". Expected the gated-fusion classifier',
    );
    expect(message(new Map())).toContain('no classifier that is known');
  });

  test('a multi-task head over SigLIP is refused: the original cannot build it', () => {
    const names = [
      'tower_txt.text_model.embeddings.a',
      'tower_img.vision_model.embeddings.b',
      'heads.0.weight',
    ];
    expect(message(facts(...names))).toContain('A multi-task head exists for CLIP only');
  });
});
