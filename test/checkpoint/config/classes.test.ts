import { describe, expect, test } from '@jest/globals';
import { resolveClasses } from '../../../lib/checkpoint/config/classes.js';
import {
  type InferenceConfig,
  inferenceConfigSchema,
} from '../../../lib/checkpoint/config/inference-config.js';

const inference = (fields: object): InferenceConfig => inferenceConfigSchema.parse(fields);

describe('classes and thresholds', () => {
  test('come from inference_config.json as published', () => {
    const config = inference({
      class_names: ['a', 'b'],
      thresholds: [0.3, 0.49999999999999994],
      threshold: 0.5,
    });
    expect(resolveClasses({ inference: config, labelMap: ['a', 'b'] }, 2)).toEqual({
      classNames: ['a', 'b'],
      thresholds: [0.3, 0.49999999999999994],
      inferred: [],
    });
  });

  test('thresholds by name come in the order of the classes', () => {
    const config = inference({ class_names: ['b', 'a'], thresholds: { a: 0.1, b: 0.2 } });
    expect(resolveClasses({ inference: config }, 2).thresholds).toEqual([0.2, 0.1]);
  });

  test('names come from label_map.json where inference_config.json has none', () => {
    expect(resolveClasses({ labelMap: ['x', 'y', 'z'] }, 3)).toEqual({
      classNames: ['x', 'y', 'z'],
      thresholds: [0.5, 0.5, 0.5],
      inferred: ['No threshold per class is stated: 0.5 holds for all.'],
    });
  });

  test('five classes without names are the published ones, others are numbered', () => {
    expect(resolveClasses({}, 5).classNames).toEqual([
      'racist',
      'sexist',
      'homophobe',
      'religion',
      'otherhate',
    ]);
    expect(resolveClasses({}, 2)).toMatchObject({
      classNames: ['class_0', 'class_1'],
      inferred: [expect.stringContaining('No file names the classes'), expect.anything()],
    });
  });

  test('a common threshold holds for all classes', () => {
    expect(resolveClasses({ inference: inference({ threshold: 0.7 }) }, 2).thresholds).toEqual([0.7, 0.7]);
  });

  test.each<[string, object, string[] | undefined, string]>([
    [
      'more names than the head has classes',
      { class_names: ['a', 'b', 'c'] },
      undefined,
      'the head has 2 classes',
    ],
    [
      'more thresholds than classes',
      { class_names: ['a', 'b'], thresholds: [1, 1, 1] },
      undefined,
      'has 3 thresholds',
    ],
    ['a label map of another order', { class_names: ['a', 'b'] }, ['b', 'a'], 'label_map.json ["b","a"]'],
    ['a name twice', { class_names: ['a', 'a'] }, undefined, 'class names repeat'],
    ['__proto__ as a name', { class_names: ['a', '__proto__'] }, undefined, '"__proto__"'],
    [
      'a threshold for no class',
      { class_names: ['a', 'b'], thresholds: { a: 1, b: 1, c: 1 } },
      undefined,
      '"c", which is no',
    ],
    [
      'no threshold for a class',
      { class_names: ['a', 'b'], thresholds: { a: 1 } },
      undefined,
      '"b" has no threshold',
    ],
  ])('%s are refused', (_title, fields, labelMap, message) => {
    expect(() => resolveClasses({ inference: inference(fields), labelMap }, 2)).toThrow(
      expect.objectContaining({ code: 'checkpoint_invalid', message: expect.stringContaining(message) }),
    );
  });
});
