import { readFile } from 'node:fs/promises';
import { fixture } from '../../support/project-root.js';
import type { FakeRepository } from './fake-hub.js';

const ENCODER_FILES = [
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'preprocessor_config.json',
];
const CHECKPOINT_FILES = ['config.json', 'inference_config.json', 'label_map.json', 'model.safetensors'];

export const SIGLIP = 'Amirhossein75/siglip2-base-mmhs150k-fusion';
export const SIGLIP_ENCODER = 'google/siglip2-base-patch16-224';
export const CLIP_MTL = 'Amirhossein75/clip-vit-base-mmhs150k-mtl';
export const CLIP_ENCODER = 'openai/clip-vit-base-patch32';

export const METRICS = { test_f1_macro: 0.5071024468132304, epoch: 5.339978640085439 };

/** The fixtures laid out as published: a classifier without tokenizer, and the encoder's repository with it. */
export async function publishedRepositories(): Promise<Record<string, FakeRepository>> {
  const code = Buffer.from('raise SystemExit("never run")\n');
  return {
    [SIGLIP]: {
      files: {
        'README.md': Buffer.from('# A model card\n'),
        'modeling_siglip_fusion.py': code,
        'pytorch_model.bin': code,
        ...(await read('siglip-tiny', CHECKPOINT_FILES)),
        'test_metrics.json': Buffer.from(JSON.stringify(METRICS)),
      },
      commit: 'c'.repeat(40),
    },
    [SIGLIP_ENCODER]: {
      files: { ...(await read('siglip-tiny', ENCODER_FILES)), 'config.json': Buffer.from('{"other": true}') },
      commit: 'e'.repeat(40),
    },
    [CLIP_MTL]: { files: await read('clip-mtl', CHECKPOINT_FILES) },
    [CLIP_ENCODER]: { files: await read('clip-mtl', ENCODER_FILES) },
  };
}

async function read(model: string, names: readonly string[]): Promise<Record<string, Buffer>> {
  const entries = names.map(async (name) => [name, await readFile(fixture('models', model, name))] as const);
  return Object.fromEntries(await Promise.all(entries));
}
