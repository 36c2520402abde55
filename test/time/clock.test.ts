import { describe, expect, test } from '@jest/globals';
import { backgroundClock, type Clock, systemClock } from '../../lib/time/clock.js';
import { LeapingClock } from '../support/leaping-clock.js';

describe.each<[string, () => Clock]>([
  ['systemClock', () => systemClock],
  ['backgroundClock', () => backgroundClock],
  ['a clock that can be put forward', () => new LeapingClock()],
])('%s', (_, make) => {
  test('never fires before its time has come', async () => {
    const clock = make();
    const alive = setInterval(() => undefined, 1000);
    const early = Array.from({ length: 200 }, async (_, index) => {
      const ms = index / 10 + 0.9;
      const due = clock.now() + ms;
      await new Promise<void>((resolve) => clock.after(ms, resolve));
      return due - clock.now();
    });
    expect(Math.max(...(await Promise.all(early)))).toBeLessThanOrEqual(0);
    clearInterval(alive);
  });

  test('fires no timer that was cancelled', async () => {
    const clock = make();
    const fired: string[] = [];
    clock.after(0, () => fired.push('cancelled'))();
    await new Promise<void>((resolve) => systemClock.after(5, resolve));
    expect(fired).toEqual([]);
  });
});

test('a clock that is put forward fires what is due, in order, and leaves the rest', () => {
  const clock = new LeapingClock();
  const fired: string[] = [];
  clock.after(60_000, () => fired.push('second'));
  clock.after(30_000, () => fired.push('first'));
  const cancel = clock.after(120_000, () => fired.push('last'));
  const start = clock.now();
  clock.leap(60_000);
  expect(fired).toEqual(['first', 'second']);
  expect(clock.now() - start).toBeGreaterThanOrEqual(60_000);
  cancel();
});
