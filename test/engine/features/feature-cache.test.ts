import { describe, expect, test } from '@jest/globals';
import { type CacheOutcome, FeatureCache } from '../../../lib/engine/features/feature-cache.js';
import { Urgency } from '../../../lib/engine/scheduling/urgency.js';
import { settle } from '../../support/fake-clock.js';

interface Value {
  readonly of: string;
}

/** A cache over computations that end when the test says so. */
function setUp(capacity = 10) {
  const cache = new FeatureCache(capacity);
  const outcomes: CacheOutcome[] = [];
  const runs: { key: string; signal: AbortSignal; finish: () => void; fail: (error: Error) => void }[] = [];
  const get = (key: string, signal = new AbortController().signal) =>
    cache.get<Value>(
      key,
      signal,
      (shared) =>
        new Promise<Value>((resolve, reject) => {
          shared.addEventListener('abort', () => reject(shared.reason));
          runs.push({ key, signal: shared, finish: () => resolve({ of: key }), fail: reject });
        }),
      (outcome) => outcomes.push(outcome),
    );
  return { cache, get, runs, outcomes };
}

describe('a feature cache', () => {
  test('computes content once, for those who ask at the same time and those who ask later', async () => {
    const { cache, get, runs, outcomes } = setUp();
    const together = [get('a'), get('a'), get('b')];
    expect(runs.map(({ key }) => key)).toEqual(['a', 'b']);
    expect(cache.inFlight).toBe(2);
    for (const { finish } of runs) finish();
    expect(await Promise.all(together)).toEqual([{ of: 'a' }, { of: 'a' }, { of: 'b' }]);
    expect(await get('a')).toEqual({ of: 'a' });
    expect(runs).toHaveLength(2);
    expect(outcomes).toEqual(['miss', 'shared', 'miss', 'hit']);
    expect({ size: cache.size, inFlight: cache.inFlight }).toEqual({ size: 2, inFlight: 0 });
  });

  test('lets one waiter leave without disturbing the others', async () => {
    const { get, runs } = setUp();
    const caller = new AbortController();
    const [leaves, stays] = [get('a', caller.signal), get('a')];
    caller.abort(new Error('gone'));
    await expect(leaves).rejects.toThrow('gone');
    expect(runs[0]?.signal.aborted).toBe(false);
    runs[0]?.finish();
    expect(await stays).toEqual({ of: 'a' });
  });

  test('cancels a computation when all have left, and starts anew for who comes then', async () => {
    const { get, runs } = setUp();
    const callers = [new AbortController(), new AbortController()];
    const left = callers.map(({ signal }) => get('a', signal));
    for (const caller of callers) caller.abort(new Error('gone'));
    await expect(Promise.all(left)).rejects.toThrow('gone');
    await settle();
    expect(runs[0]?.signal.aborted).toBe(true);
    const next = get('a');
    expect(runs).toHaveLength(2);
    runs[1]?.finish();
    expect(await next).toEqual({ of: 'a' });
  });

  test('does not join a computation that is being cancelled in the same turn', async () => {
    const { get, runs } = setUp();
    const caller = new AbortController();
    const left = get('a', caller.signal);
    caller.abort(new Error('gone'));
    const comes = get('a');
    await expect(left).rejects.toThrow('gone');
    await settle();
    for (const { finish } of runs) finish();
    expect(await comes).toEqual({ of: 'a' });
  });

  test('keeps no failure: all who wait get it, and the next one tries again', async () => {
    const { cache, get, runs } = setUp();
    const waiting = [get('a'), get('a')];
    runs[0]?.fail(new Error('broken'));
    for (const promise of waiting) await expect(promise).rejects.toThrow('broken');
    expect(cache.size).toBe(0);
    const again = get('a');
    runs[1]?.finish();
    expect(await again).toEqual({ of: 'a' });
  });

  test('does not compute for a caller who has already left', async () => {
    const { get, runs } = setUp();
    await expect(get('a', AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone');
    expect(runs).toEqual([]);
  });

  test('computes urgently from when one who asks has no time', async () => {
    const cache = new FeatureCache(10);
    const urgent: string[] = [];
    const get = (key: string, urgency?: Urgency) => {
      const compute = (_: AbortSignal, shared: Urgency) => {
        shared.whenRaised(() => urgent.push(key));
        return new Promise<Value>(() => undefined);
      };
      void cache.get(key, new AbortController().signal, compute, () => undefined, urgency);
    };
    const [first, second] = [new Urgency(false), new Urgency(false)];
    get('a', first);
    get('a', second);
    get('b', first);
    get('c');
    expect(urgent).toEqual(['c']);
    second.raise();
    expect(urgent).toEqual(['c', 'a']);
    first.raise();
    expect(urgent).toEqual(['c', 'a', 'b']);
  });

  test('forgets what was not used for longest', async () => {
    const { get, runs, outcomes } = setUp(2);
    for (const key of ['a', 'b', 'a', 'c', 'a', 'b']) {
      const value = get(key);
      runs.at(-1)?.finish();
      await value;
    }
    expect(outcomes).toEqual(['miss', 'miss', 'hit', 'miss', 'hit', 'miss']);
  });

  test('with capacity 0 keeps nothing but still shares what is under way', async () => {
    const { cache, get, runs, outcomes } = setUp(0);
    const together = [get('a'), get('a')];
    runs[0]?.finish();
    await Promise.all(together);
    const later = get('a');
    runs[1]?.finish();
    await later;
    expect(outcomes).toEqual(['miss', 'shared', 'miss']);
    expect({ size: cache.size, capacity: cache.capacity }).toEqual({ size: 0, capacity: 0 });
  });
});
