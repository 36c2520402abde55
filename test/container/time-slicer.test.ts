import { describe, expect, test } from '@jest/globals';
import { finish, type Steps, TimeSlicer } from '../../container/time-slicer.js';

/** Milliseconds that the work took so far. */
let nowMs = 0;
const slicerOf = (): TimeSlicer => new TimeSlicer(() => nowMs);

function* work(steps: number, msPerStep: number, log: string[] = [], name = ''): Steps<string> {
  for (let step = 0; step < steps; step += 1) {
    nowMs += msPerStep;
    log.push(name);
    yield;
  }
  return name;
}

/** Counts turns of the event loop until the promise settles. */
async function turnsDuring(promise: Promise<unknown>): Promise<number> {
  let turns = 0;
  let open = true;
  const count = (): void => {
    turns += 1;
    if (open) setImmediate(count);
  };
  setImmediate(count);
  await promise.finally(() => {
    open = false;
  });
  return turns;
}

describe('the time slicer', () => {
  test('lets the event loop turn while a long computation runs', async () => {
    const slicer = slicerOf();
    expect(await turnsDuring(slicer.run(work(60, 1)))).toBeGreaterThanOrEqual(15);
  });

  test('ends a short computation without waiting for a turn', async () => {
    expect(await turnsDuring(slicerOf().run(work(3, 0)))).toBeLessThanOrEqual(1);
  });

  test('gives all computations together one share of each turn', async () => {
    const slicer = slicerOf();
    const all = Promise.all(Array.from({ length: 10 }, () => slicer.run(work(6, 1))));
    expect(await turnsDuring(all)).toBeGreaterThanOrEqual(15);
  });

  test('takes computations in turns, so that a short one does not wait for a long one', async () => {
    const slicer = slicerOf();
    const log: string[] = [];
    const long = slicer.run(work(40, 1, log, 'long'));
    expect(await slicer.run(work(2, 1, log, 'short'))).toBe('short');
    expect(log.filter((name) => name === 'long').length).toBeLessThan(40);
    expect(await long).toBe('long');
  });

  test('passes on what a computation throws, and works on', async () => {
    const slicer = slicerOf();
    function* failing(): Steps<never> {
      yield;
      throw new Error('spoilt');
    }
    await expect(slicer.run(failing())).rejects.toThrow('spoilt');
    expect(await slicer.run(work(1, 0, [], 'next'))).toBe('next');
  });

  test('stops at a pause when its signal aborts', async () => {
    const caller = new AbortController();
    const log: string[] = [];
    const run = slicerOf().run(work(100, 1, log, 'step'), caller.signal);
    setImmediate(() => caller.abort(new Error('left')));
    await expect(run).rejects.toThrow('left');
    expect(log.length).toBeLessThan(100);
  });

  test('is not needed for what is short', () => {
    expect(finish(work(3, 0, [], 'done'))).toBe('done');
  });
});
