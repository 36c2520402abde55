import { describe, expect, test } from '@jest/globals';
import { ModerationError } from '../../lib/contract/errors.js';
import { fallBack, planDevice } from '../../lib/engine/device.js';

const nothing = () => null;
const noGpu = () => 'no GPU is visible.';

describe('the device', () => {
  test('is the CPU when that is asked for, whatever there is', () => {
    expect(planDevice('cpu', nothing)).toMatchObject({ requested: 'cpu', used: 'cpu' });
  });

  test('is CUDA when nothing speaks against it', () => {
    expect(planDevice('auto', nothing).used).toBe('cuda');
    expect(planDevice('cuda', nothing).used).toBe('cuda');
  });

  test('is the CPU for auto without CUDA, with the reason', () => {
    expect(planDevice('auto', noGpu)).toEqual({
      requested: 'auto',
      used: 'cpu',
      reason: 'No CUDA: no GPU is visible.',
    });
  });

  test('demanded but missing is an error that says why', () => {
    const refusal = { code: 'device_unavailable', message: 'The device is cuda, but no GPU is visible.' };
    expect(() => planDevice('cuda', noGpu)).toThrow(expect.objectContaining(refusal));
  });

  test('falls back to the CPU only for auto, and only when CUDA itself failed', () => {
    const failed = new ModerationError('device_unavailable', 'driver too old');
    const auto = planDevice('auto', nothing);
    expect(fallBack(auto, failed)).toEqual({
      requested: 'auto',
      used: 'cpu',
      reason: 'No CUDA: driver too old',
    });
    expect(fallBack(planDevice('cuda', nothing), failed)).toBeUndefined();
    expect(fallBack(planDevice('auto', noGpu), failed)).toBeUndefined();
    expect(fallBack(auto, new ModerationError('pack_invalid', 'altered'))).toBeUndefined();
  });
});
