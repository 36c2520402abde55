import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { type CheckpointConfigs, readConfigs } from '../../../lib/checkpoint/config/configs.js';
import { cpuMs } from '../../support/cpu-time.js';
import { fixture } from '../../support/project-root.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** Reads the configs of a folder with these files, given as text or as what to write as JSON. */
async function read(files: Record<string, unknown>): Promise<CheckpointConfigs> {
  const folder = await temporaryFolder();
  for (const [name, content] of Object.entries(files)) {
    await writeFile(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return readConfigs(folder);
}

async function message(files: Record<string, unknown>): Promise<string> {
  return read(files).then(
    () => 'no error',
    (error: unknown) => {
      expect(error).toMatchObject({ code: 'checkpoint_invalid' });
      return String(error);
    },
  );
}

describe('the config files of a checkpoint', () => {
  test('are read as the original writes them', async () => {
    const configs = await readConfigs(fixture('models', 'siglip-tiny'));
    expect(configs.model).toMatchObject({ model_type: 'siglip', text_config: { num_attention_heads: 4 } });
    expect(configs.inference).toMatchObject({
      backend: 'siglip',
      thresholds: [0.3, 0.75, 0.49999999999999994, 0.2, 0.5499999999999999],
    });
    expect(configs.inference?.head).toBeUndefined();
    expect(configs.labelMap).toEqual(['racist', 'sexist', 'homophobe', 'religion', 'otherhate']);
    expect(configs.preprocessor).toMatchObject({
      size: { height: 64, width: 64 },
      image_mean: [0.5, 0.5, 0.5],
    });
    expect(configs.tokenizer).toMatchObject({
      eos_token: '<eos>',
      pad_token: '<pad>',
      model_max_length: 1e30,
    });
    expect(configs.testMetrics).toBeUndefined();
  });

  test('may all be missing', async () => {
    expect(Object.values(await read({})).every((value) => value === undefined)).toBe(true);
  });

  test('may hold fields that are not known, and null for those that are', async () => {
    const { inference, model } = await read({
      'inference_config.json': { best_checkpoint_dir: 'x', priors: [0.1], head: null, fusion_dim: 512 },
      'config.json': { model_type: 'clip', text_config: null, vision_config: { num_attention_heads: null } },
    });
    expect(inference?.fusion_dim).toBe(512);
    expect(inference?.head).toBeUndefined();
    expect(model?.vision_config?.num_attention_heads).toBeUndefined();
  });

  test.each([
    ['by index', { 0: 'a', 2: 'c', 1: 'b' }],
    ['by name', { b: 1, a: 0, c: 2 }],
  ])('label_map.json may map %s', async (_title, map) => {
    expect((await read({ 'label_map.json': map })).labelMap).toEqual(['a', 'b', 'c']);
  });

  test.each([
    ['a number', 384, 384],
    ['height and width', { height: 256, width: 256 }, 256],
    ['the shortest edge', { shortest_edge: 224 }, 224],
  ])('the size in preprocessor_config.json may be %s', async (_title, size, edge) => {
    const { preprocessor } = await read({ 'preprocessor_config.json': { size } });
    expect(preprocessor?.size).toEqual({ height: edge, width: edge });
  });

  test('tokens in tokenizer_config.json may be objects', async () => {
    const { tokenizer } = await read({
      'tokenizer_config.json': { eos_token: { content: '</s>', lstrip: false } },
    });
    expect(tokenizer?.eos_token).toBe('</s>');
  });

  test('thresholds may be given by name', async () => {
    const { inference } = await read({ 'inference_config.json': { thresholds: { a: 0.25 } } });
    expect(inference?.thresholds).toEqual({ a: 0.25 });
  });

  test('metrics that are no finite number are left out of test_metrics.json, null in val_report.json', async () => {
    const { testMetrics, valReport } = await read({
      'test_metrics.json':
        '{"f1": 0.5, "roc_auc": NaN, "loss": Infinity, "low": -Infinity, "note": "NaN", "at": {"x": 1}}',
      'val_report.json': '{"a": {"precision": 0.5, "recall": NaN}, "loss": 1.5}',
    });
    expect(testMetrics).toEqual({ f1: 0.5 });
    expect(valReport).toEqual({ a: { precision: 0.5, recall: null }, loss: 1.5 });
  });
});

describe('a bad config file is refused:', () => {
  test.each<[string, string, unknown, string]>([
    ['no JSON', 'config.json', '{"a": ', 'config.json is not valid JSON'],
    ['an empty file', 'label_map.json', '', 'label_map.json is not valid JSON'],
    ['a list', 'inference_config.json', [1], 'inference_config.json'],
    [
      'NaN among the thresholds',
      'inference_config.json',
      '{"thresholds": [0.5, NaN]}',
      'holds NaN: Python writes',
    ],
    [
      '-Infinity',
      'preprocessor_config.json',
      '{"image_mean": [-Infinity, 0, 0]}',
      'holds -Infinity: Python writes',
    ],
    ['NaN in a text that is broken besides', 'config.json', '{"a": NaN', 'is not valid JSON'],
    ['a threshold above 1', 'inference_config.json', { thresholds: [1.5] }, 'thresholds'],
    ['a head of no known kind', 'inference_config.json', { head: 'mlp' }, 'inference_config.json: head'],
    ['a token limit of 0', 'inference_config.json', { max_text_length: 0 }, 'max_text_length'],
    ['a class name that is a number', 'inference_config.json', { class_names: [1] }, 'class_names: 0'],
    ['a label map with a gap', 'label_map.json', { 0: 'a', 2: 'c' }, 'expected each index from 0 once'],
    ['a label map with an index twice', 'label_map.json', { a: 0, b: 0 }, 'expected each index from 0 once'],
    ['a label map with a huge index', 'label_map.json', { 4000000000: 'a' }, 'label_map.json'],
    [
      'a negative number of heads',
      'config.json',
      { text_config: { num_attention_heads: -1 } },
      'num_attention_heads',
    ],
    ['a standard deviation of 0', 'preprocessor_config.json', { image_std: [1, 0, 1] }, 'image_std: 1'],
    ['two channel means', 'preprocessor_config.json', { image_mean: [1, 1] }, 'image_mean'],
    ['five million bytes', 'config.json', ' '.repeat(5_000_000), 'has 5000000 bytes; at most'],
  ])('%s', async (_title, name, content, expected) => {
    expect(await message({ [name]: content })).toContain(expected);
  });

  test('bytes that are no UTF-8, or a folder in its place', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'config.json'), Buffer.from([0x22, 0xff, 0x22]));
    await mkdir(join(folder, 'label_map.json'));
    await expect(readConfigs(folder)).rejects.toThrow(
      /config\.json is not in UTF-8.*label_map\.json is no regular file/s,
    );
  });

  test('and all findings of all files are told together', async () => {
    const text = await message({
      'config.json': '{',
      'inference_config.json': { thresholds: [2], fusion_dim: 'many' },
      'label_map.json': { 1: 'a' },
    });
    expect(text).toMatch(/config\.json is no.*fusion_dim.*thresholds.*label_map\.json/s);
  });

  test('a megabyte of backslashes and quotes takes no noticeable time', async () => {
    const spent = await cpuMs(async () => {
      expect(await message({ 'config.json': `"${'\\"'.repeat(1_000_000)}` })).toContain('not valid JSON');
      expect(await message({ 'test_metrics.json': `${'"\\'.repeat(1_000_000)}NaN` })).toContain(
        'not valid JSON',
      );
    });
    expect(spent).toBeLessThan(10_000); // a quadratic scan would take minutes
  });
});
