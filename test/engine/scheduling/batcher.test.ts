import { describe, expect, test } from '@jest/globals';
import { Batcher, type BatchReport } from '../../../lib/engine/scheduling/batcher.js';
import { Urgency } from '../../../lib/engine/scheduling/urgency.js';
import { FakeClock } from '../../support/fake-clock.js';
import { FakeBackend, fulfilled, rejected } from '../support/fake-backend.js';

function setUp(options: { maxItems?: number; maxCost?: number; capacity?: number; slots?: number } = {}) {
  const clock = new FakeClock();
  const backend = new FakeBackend<string>(options.slots);
  const reports: BatchReport[] = [];
  let dropped = 0;
  const batcher = new Batcher({
    backend,
    bounds: { maxItems: options.maxItems ?? 4, maxCost: options.maxCost ?? 100 },
    capacity: options.capacity ?? 10,
    weigh: (text: string) => text.length,
    retriesAlone: (error) => (error as Error).message !== 'worker lost',
    clock,
    onBatch: (report) => reports.push(report),
    onDropped: () => {
      dropped += 1;
    },
  });
  return { clock, backend, batcher, reports, dropped: () => dropped };
}

const outcomes = (promises: Promise<unknown>[]) => Promise.allSettled(promises);

describe('a batcher', () => {
  test('computes items of the same turn together, and what comes meanwhile in the next batch', async () => {
    const { clock, backend, batcher } = setUp();
    const first = [batcher.submit('a'), batcher.submit('b')];
    await clock.turn();
    const second = [batcher.submit('c'), batcher.submit('d'), batcher.submit('e')];
    await clock.turn();
    expect(backend.batches).toEqual([['a', 'b']]);

    backend.finish();
    await clock.turn();
    expect(backend.batches).toEqual([
      ['a', 'b'],
      ['c', 'd', 'e'],
    ]);
    backend.finish();
    const values = await Promise.all([...first, ...second]);
    expect(values.map(({ value }) => value)).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  test('tells how long an item waited and how long its batch ran', async () => {
    const { clock, backend, batcher, reports } = setUp();
    void batcher.submit('a');
    await clock.turn();
    const waiting = batcher.submit('bb');
    await clock.pass(30);
    backend.finish();
    await clock.turn();
    await clock.pass(12);
    backend.finish();
    expect(await waiting).toEqual({ value: 'bb', waitMs: 30, runMs: 12 });
    expect(reports).toEqual([
      { items: 1, cost: 1, waitMs: [0], runMs: 30, outcome: 'ok' },
      { items: 1, cost: 2, waitMs: [30], runMs: 12, outcome: 'ok' },
    ]);
  });

  test('pads little: the oldest item goes with those nearest to its length', async () => {
    const { clock, backend, batcher } = setUp({ maxItems: 3 });
    for (const length of [9, 2, 8, 1, 9]) void batcher.submit('x'.repeat(length));
    await clock.turn();
    backend.finish();
    await clock.turn();
    const lengths = backend.batches.map((batch) => batch.map((text) => text.length));
    expect(lengths).toEqual([
      [9, 9, 8],
      [2, 1],
    ]);
  });

  test('keeps the padded rectangle within the cost, except for a single item that exceeds it', async () => {
    const { clock, backend, batcher } = setUp({ maxCost: 20 });
    for (const length of [7, 7, 7, 30]) void batcher.submit('x'.repeat(length));
    for (let batch = 0; batch < 3; batch++) {
      await clock.turn();
      backend.finish();
    }
    await clock.turn();
    expect(backend.batches.map((batch) => batch.map((text) => text.length))).toEqual([[7, 7], [7], [30]]);
  });

  test('refuses what exceeds its capacity, at once and without harm to the rest', async () => {
    const { clock, backend, batcher } = setUp({ capacity: 2 });
    const accepted = [batcher.submit('a'), batcher.submit('b')];
    await expect(batcher.submit('c')).rejects.toMatchObject({ code: 'overloaded' });
    await clock.turn();
    backend.finish();
    expect((await Promise.all(accepted)).map(({ value }) => value)).toEqual(['a', 'b']);
  });

  test('settles each item apart when its backend does', async () => {
    const { clock, backend, batcher } = setUp();
    const results = outcomes([batcher.submit('good'), batcher.submit('bad')]);
    await clock.turn();
    backend.finish((item) => (item === 'bad' ? rejected('corrupt') : fulfilled(item)));
    expect(await results).toEqual([
      expect.objectContaining({ status: 'fulfilled' }),
      { status: 'rejected', reason: 'corrupt' },
    ]);
    expect(backend.batches).toHaveLength(1);
  });

  test('runs the items of a failed batch again, each alone, so that a poisoned one costs no neighbour', async () => {
    const { clock, backend, batcher, reports } = setUp();
    const results = outcomes(['good', 'evil', 'fine'].map((item) => batcher.submit(item)));
    await clock.turn();
    void batcher.submit('later');
    backend.fail(new Error('bad batch'));
    for (const item of ['good', 'evil', 'fine']) {
      await clock.turn();
      expect(backend.batches.at(-1)).toEqual([item]);
      if (item === 'evil') backend.fail(new Error('bad item'));
      else backend.finish();
    }
    expect((await results).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(reports.map(({ outcome }) => outcome)).toEqual(['split', 'ok', 'failed', 'ok']);
    await clock.turn();
    expect(backend.batches.at(-1)).toEqual(['later']);
  });

  test('does not repeat a batch whose worker was lost', async () => {
    const { clock, backend, batcher } = setUp();
    const results = outcomes([batcher.submit('a'), batcher.submit('b')]);
    await clock.turn();
    backend.fail(new Error('worker lost'));
    expect((await results).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(backend.batches).toHaveLength(1);
  });

  test('treats a backend that answers for fewer items than it was given as failed', async () => {
    const { clock, backend, batcher } = setUp();
    backend.run = () => Promise.resolve([]);
    const result = outcomes([batcher.submit('a')]);
    await clock.turn();
    expect(await result).toEqual([
      { status: 'rejected', reason: new RangeError('A batch of 1 items gave 0 outcomes.') },
    ]);
  });

  test('never computes an item whose caller left while it waited', async () => {
    const { clock, backend, batcher, dropped } = setUp();
    const caller = new AbortController();
    void batcher.submit('running');
    await clock.turn();
    const left = batcher.submit('left', { signal: caller.signal });
    const stays = batcher.submit('stays');
    caller.abort(new Error('gone'));
    await expect(left).rejects.toThrow('gone');
    backend.finish();
    await clock.turn();
    backend.finish();
    await stays;
    expect(backend.batches).toEqual([['running'], ['stays']]);
    expect(dropped()).toBe(1);
  });

  test('lets a caller go whose item runs, and does not run it again when its batch fails', async () => {
    const { clock, backend, batcher, dropped } = setUp();
    const caller = new AbortController();
    const left = batcher.submit('left', { signal: caller.signal });
    const stays = batcher.submit('stays');
    await clock.turn();
    caller.abort(new Error('gone'));
    await expect(left).rejects.toThrow('gone');
    backend.fail(new Error('bad batch'));
    await clock.turn();
    backend.finish();
    await stays;
    expect(backend.batches).toEqual([['left', 'stays'], ['stays']]);
    expect(dropped()).toBe(0);
  });

  test('waits while no worker is up and goes on when one comes back', async () => {
    const { clock, backend, batcher } = setUp();
    backend.up = false;
    const result = batcher.submit('a');
    await clock.turn();
    expect(backend.batches).toEqual([]);
    backend.comeBack();
    backend.finish();
    expect((await result).value).toBe('a');
  });

  test('keeps every free worker busy', async () => {
    const { clock, backend, batcher } = setUp({ maxItems: 1, slots: 2 });
    for (const item of ['a', 'b', 'c']) void batcher.submit(item);
    await clock.turn();
    expect(backend.batches).toEqual([['a'], ['b']]);
    expect({ queued: batcher.queued, running: batcher.running }).toEqual({ queued: 1, running: 2 });
  });

  test('shares what waits among the free workers', async () => {
    const { clock, backend, batcher } = setUp({ maxItems: 4, slots: 2 });
    for (const item of ['a', 'b', 'c', 'd', 'e']) void batcher.submit(item);
    await clock.turn();
    expect(backend.batches).toEqual([
      ['a', 'b', 'c'],
      ['d', 'e'],
    ]);
  });

  describe('while another batch runs', () => {
    const BATCH_MS = 10;

    /** Two workers, of which one is about to end a batch of 4 and the other runs one. */
    async function underLoad() {
      const set = setUp({ maxItems: 8, slots: 2 });
      const { clock, backend, batcher } = set;
      for (const item of ['a1', 'a2', 'a3', 'a4', 'b1', 'b2', 'b3', 'b4'])
        batcher.submit(item).catch(() => undefined);
      await clock.pass(BATCH_MS);
      backend.finish();
      await clock.turn();
      const submit = async (...items: string[]) => {
        for (const item of items) batcher.submit(item).catch(() => undefined);
        await clock.turn();
      };
      return { ...set, submit, later: () => backend.batches.slice(2) };
    }

    test('a batch waits for its share of all items', async () => {
      const { submit, later } = await underLoad();
      await submit('c1');
      await submit('c2', 'c3');
      expect(later()).toEqual([]);
      await submit('c4');
      expect(later()).toEqual([['c1', 'c2', 'c3', 'c4']]);
    });

    test('nobody is patient for a batch without items', async () => {
      const { clock, backend, batcher } = setUp({ maxItems: 8, capacity: 12, slots: 2 });
      for (let item = 0; item < 12; item++) batcher.submit('a').catch(() => undefined);
      await clock.turn();
      backend.finish();
      await clock.turn();
      expect({ running: batcher.running, timers: clock.pendingTimers }).toEqual({ running: 6, timers: 0 });
    });

    test('it waits no longer than the other runs', async () => {
      const { backend, clock, submit, later } = await underLoad();
      await submit('c1', 'c2', 'c3');
      backend.finish();
      await clock.turn();
      expect(later()).toEqual([['c1', 'c2'], ['c3']]);
    });

    test('nor longer than a batch usually takes, should the other hang', async () => {
      const { clock, submit, later } = await underLoad();
      await submit('c1');
      await clock.pass(BATCH_MS - 1);
      await submit('c2');
      expect(later()).toEqual([]);
      await clock.pass(1);
      expect(later()).toEqual([['c1', 'c2']]);
      expect(clock.pendingTimers).toBe(0);
    });

    test('it leaves to the other its share', async () => {
      const { submit, later } = await underLoad();
      await submit('c1', 'c2', 'c3', 'c4', 'c5', 'c6');
      expect(later()).toEqual([['c1', 'c2', 'c3', 'c4', 'c5']]);
    });

    test('where few items are under way it does not wait', async () => {
      const { clock, backend, batcher } = setUp({ maxItems: 8, slots: 2 });
      for (const item of ['a1', 'a2', 'a3']) void batcher.submit(item);
      await clock.turn();
      backend.finish();
      await clock.turn();
      void batcher.submit('c1');
      await clock.turn();
      expect(backend.batches).toEqual([['a1', 'a2'], ['a3'], ['c1']]);
    });

    test('nothing waits on once it is closed', async () => {
      const { clock, batcher, submit, later } = await underLoad();
      await submit('c1');
      expect(clock.pendingTimers).toBe(1);
      batcher.close('closed');
      await clock.pass(BATCH_MS);
      expect(clock.pendingTimers).toBe(0);
      expect(later()).toEqual([]);
    });
  });

  describe('an item that is not wanted yet', () => {
    function withPatient(...items: string[]) {
      const set = setUp({ maxItems: 3 });
      const urgency = new Urgency(false);
      const results = items.map((item) => set.batcher.submit(item, { urgency }));
      for (const result of results) result.catch(() => undefined);
      return { ...set, urgency, results };
    }

    test('starts no batch until it is', async () => {
      const { clock, backend, batcher, urgency, results } = withPatient('a');
      await clock.pass(50);
      expect({ batches: backend.batches, queued: batcher.queued }).toEqual({ batches: [], queued: 1 });
      urgency.raise();
      await clock.turn();
      backend.finish();
      expect(await Promise.all(results)).toEqual([{ value: 'a', waitMs: 0, runMs: 0 }]);
    });

    test('fills up a batch of those that are, behind them', async () => {
      const { clock, backend, batcher, urgency } = withPatient('a', 'b', 'c', 'd');
      await clock.turn();
      void batcher.submit('wanted');
      await clock.turn();
      backend.finish();
      await clock.pass(50);
      expect(backend.batches).toEqual([['wanted', 'a', 'b']]);
      urgency.raise();
      await clock.turn();
      expect(backend.batches).toEqual([
        ['wanted', 'a', 'b'],
        ['c', 'd'],
      ]);
    });

    test('has its place by when it came', async () => {
      const { clock, backend, batcher } = setUp({ maxItems: 1 });
      const urgency = new Urgency(false);
      void batcher.submit('runs');
      await clock.turn();
      void batcher.submit('early', { urgency });
      void batcher.submit('later');
      urgency.raise();
      for (let batch = 0; batch < 2; batch++) {
        backend.finish();
        await clock.turn();
      }
      expect(backend.batches).toEqual([['runs'], ['early'], ['later']]);
    });

    test('counts its wait from when it is', async () => {
      const { clock, backend, batcher, urgency, reports } = withPatient('a');
      void batcher.submit('runs', {});
      await clock.turn();
      void batcher.submit('next');
      const late = new Urgency(false);
      void batcher.submit('late', { urgency: late });
      await clock.pass(30);
      late.raise();
      urgency.raise();
      await clock.pass(10);
      backend.finish();
      await clock.turn();
      backend.finish();
      await clock.turn();
      expect(backend.batches).toEqual([
        ['runs', 'a'],
        ['next', 'late'],
      ]);
      expect(reports.map(({ waitMs }) => waitMs)).toEqual([
        [0, 0],
        [40, 10],
      ]);
    });

    test('takes a place, may be left, and is rejected with the rest', async () => {
      const { clock, batcher, urgency, results, dropped } = withPatient('a', 'b');
      const caller = new AbortController();
      const left = batcher.submit('left', { urgency, signal: caller.signal });
      expect({ queued: batcher.queued, idle: batcher.idle }).toEqual({ queued: 3, idle: false });
      caller.abort(new Error('gone'));
      await expect(left).rejects.toThrow('gone');
      batcher.close('closed');
      expect(await outcomes(results)).toEqual([
        { status: 'rejected', reason: 'closed' },
        { status: 'rejected', reason: 'closed' },
      ]);
      urgency.raise();
      await clock.turn();
      expect({ queued: batcher.queued, running: batcher.running, dropped: dropped() }).toEqual({
        ...{ queued: 0, running: 0, dropped: 3 },
      });
    });
  });

  test('tells when an item starts, and when it starts again', async () => {
    const { clock, backend, batcher } = setUp({ maxItems: 2 });
    const started: string[] = [];
    const submit = (item: string) => batcher.submit(item, { onStart: () => started.push(item) });
    const results = outcomes(['a', 'b', 'c'].map(submit));
    expect(started).toEqual([]);
    await clock.turn();
    expect(started).toEqual(['a', 'b']);
    backend.fail(new Error('bad batch'));
    for (let run = 0; run < 3; run++) {
      await clock.turn();
      backend.finish();
    }
    expect((await results).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled']);
    expect(started).toEqual(['a', 'b', 'a', 'b', 'c']);
  });

  test('rejects what waits, what runs and what comes once it is closed', async () => {
    const { clock, batcher } = setUp({ maxItems: 1 });
    const results = outcomes([batcher.submit('runs'), batcher.submit('waits')]);
    await clock.turn();
    batcher.close('closed');
    expect(await results).toEqual([
      { status: 'rejected', reason: 'closed' },
      { status: 'rejected', reason: 'closed' },
    ]);
    await expect(batcher.submit('late')).rejects.toBe('closed');
    expect(batcher.queued).toBe(0);
  });

  test('measures the time of an item', async () => {
    const { clock, backend, batcher } = setUp();
    void batcher.submit('a');
    void batcher.submit('b');
    await clock.turn();
    await clock.pass(40);
    backend.finish();
    await clock.turn();
    expect({ item: batcher.msPerItem, batch: batcher.msPerBatch }).toEqual({ item: 20, batch: 40 });
  });
});
