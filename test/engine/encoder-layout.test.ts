import { describe, expect, test } from '@jest/globals';
import {
  encoderLayout,
  imageBatch,
  type LayoutOptions,
  textBounds,
} from '../../lib/engine/encoder-layout.js';

const CPU: LayoutOptions = { provider: 'cpu', precision: 'int8', threads: 2, replicas: undefined };

describe('the layout of an encoder', () => {
  test('in int8 has a replica of one thread for every core', () => {
    expect(encoderLayout('text', CPU)).toEqual({ replicas: 2, threads: 1, prepack: true });
    expect(encoderLayout('image', CPU)).toEqual({ replicas: 2, threads: 1, prepack: true });
  });

  test('in fp32 has one replica for texts, and for images replicas that share the mapped weights', () => {
    const fp32 = { ...CPU, precision: 'fp32' } as const;
    expect(encoderLayout('text', fp32)).toEqual({ replicas: 1, threads: 2, prepack: true });
    expect(encoderLayout('image', fp32)).toEqual({ replicas: 2, threads: 1, prepack: false });
  });

  test('keeps to the replicas that are asked for, as far as there are threads for them', () => {
    const fp32 = { ...CPU, precision: 'fp32', threads: 4 } as const;
    expect(encoderLayout('image', { ...fp32, replicas: 1 })).toEqual({
      replicas: 1,
      threads: 4,
      prepack: true,
    });
    expect(encoderLayout('text', { ...fp32, replicas: 2 })).toEqual({
      replicas: 2,
      threads: 2,
      prepack: true,
    });
    expect(encoderLayout('text', { ...CPU, replicas: 5 }).replicas).toBe(2);
  });

  test('has eight replicas at most, which share what threads there are', () => {
    expect(encoderLayout('text', { ...CPU, threads: 36 })).toEqual({
      replicas: 8,
      threads: 4,
      prepack: true,
    });
    expect(encoderLayout('text', { ...CPU, threads: 1 })).toEqual({ replicas: 1, threads: 1, prepack: true });
  });

  test('on CUDA is one session, whatever is asked for', () => {
    expect(encoderLayout('image', { ...CPU, provider: 'cuda', replicas: 4 })).toEqual({
      replicas: 1,
      threads: 2,
      prepack: true,
    });
  });
});

test('images run one by one on the CPU, and together on CUDA', () => {
  expect([imageBatch(8, 'cpu'), imageBatch(8, 'cuda')]).toEqual([1, 8]);
});

test('replicas share the texts of a batch, down to four', () => {
  const maxItems = (limit: number, replicas: number) =>
    textBounds(limit, { replicas, threads: 1, prepack: true }, 64).maxItems;
  expect([maxItems(16, 1), maxItems(16, 2), maxItems(16, 8), maxItems(3, 2)]).toEqual([16, 8, 4, 3]);
});
