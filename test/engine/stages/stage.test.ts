import { describe, expect, test } from '@jest/globals';
import { defaultLimits } from '../../../lib/contract/limits.js';
import { silentLogger } from '../../../lib/engine/observer.js';
import { Stage } from '../../../lib/engine/stages/stage.js';
import { FakeClock, settle } from '../../support/fake-clock.js';
import { FakeThread } from '../support/fake-thread.js';
import { Recorder } from '../support/recorder.js';

const SIGNAL = new AbortController().signal;

/** A stage that turns names into greetings, on threads that do what the test says. */
function setUp({ workers = 1, late = 0 } = {}) {
  const clock = new FakeClock();
  const threads: FakeThread[] = [];
  const recorder = new Recorder();
  let changes = 0;
  const stage = new Stage<string, string, readonly string[], readonly string[]>(
    {
      name: 'encode_text',
      entry: 'session-worker',
      start: {},
      workers,
      late: { workers: late, start: {} },
      probe: () => 'probe',
      adapter: {
        toCall: (names) => ({ request: names, transfer: [] }),
        toOutcomes: (greetings) => greetings.map((value) => ({ status: 'fulfilled', value })),
      },
      bounds: { maxItems: 4, maxCost: 100 },
      capacity: 10,
      weigh: () => 1,
    },
    {
      clock,
      spawn: () => {
        const thread = new FakeThread();
        threads.push(thread);
        return thread;
      },
      limits: defaultLimits(),
      timeouts: { startMs: 600_000, callMs: 60_000 },
      observer: recorder,
      logger: silentLogger,
      onWorkerChange: () => {
        changes += 1;
      },
    },
  );
  const comeUp = async (thread = threads.at(-1)) => {
    thread?.say({ kind: 'ready' });
    thread?.answer(['hello probe']);
    await settle();
  };
  return { stage, clock, threads, recorder, comeUp, changes: () => changes };
}

/** With what its workers made of the probe. */
async function started(options = {}) {
  const parts = setUp(options);
  const start = parts.stage.start();
  for (const thread of parts.threads) await parts.comeUp(thread);
  return { ...parts, probed: await start };
}

describe('a stage', () => {
  test('notes for a post how long it waited and ran, and tells the observer of the batch', async () => {
    const { stage, clock, threads, recorder } = await started();
    const timings = {};
    const greeting = stage.submit('zorp', SIGNAL, timings);
    await clock.turn();
    await clock.pass(7);
    threads[0]?.answer(['hello zorp']);
    expect(await greeting).toBe('hello zorp');
    expect(timings).toEqual({ encode_text_wait: 0, encode_text: 7 });
    expect(recorder.batches).toEqual([
      { stage: 'encode_text', items: 1, cost: 1, waitMs: [0], runMs: 7, outcome: 'ok' },
    ]);
  });

  test('starts with a probe of every worker, and tells what each made of it', async () => {
    const { threads, probed } = await started({ workers: 2 });
    expect(threads.map(({ calls }) => calls.map(({ request }) => request))).toEqual([
      [['probe']],
      [['probe']],
    ]);
    expect(probed).toEqual(['hello probe', 'hello probe']);
  });

  test('does not start when a worker makes nothing of the probe', async () => {
    const { stage, threads } = setUp();
    const start = expect(stage.start()).rejects.toThrow('encode_text worker gave nothing');
    threads[0]?.say({ kind: 'ready' });
    threads[0]?.answer([]);
    await start;
  });

  test('shares its queue among its workers, and its time per item too', async () => {
    const { stage, clock, threads } = await started({ workers: 2 });
    for (let index = 0; index < 8; index++) void stage.submit(`item ${index}`, SIGNAL, {});
    await clock.turn();
    expect({ queued: stage.queued, running: stage.running }).toEqual({ queued: 0, running: 8 });
    await clock.pass(40);
    for (const thread of threads) thread.answer(['a', 'b', 'c', 'd']);
    await clock.turn();
    expect(stage.msPerItem).toBe(5);
  });

  test('starts late workers when it improves, and shares its queue with those that answered their probe', async () => {
    const { stage, clock, threads, recorder, comeUp } = await started({ late: 2 });
    expect(threads).toHaveLength(1);
    const improved = stage.improve();
    await settle();
    expect(threads).toHaveLength(3);
    expect(stage.well).toBe(true);
    await comeUp(threads[1]);
    for (const name of ['a', 'b', 'c']) void stage.submit(name, SIGNAL, {});
    await clock.turn();
    expect(threads.map(({ calls }) => calls.map(({ request }) => request))).toEqual([
      [['probe'], ['a', 'b']],
      [['probe'], ['c']],
      [['probe']],
    ]);
    threads[2]?.crash('no memory for a third');
    await improved;
    expect({ well: stage.well, failed: stage.failed }).toEqual({ well: true, failed: false });
    expect(recorder.workers).toEqual([
      { worker: 'encode_text_1', change: 'ready' },
      { worker: 'encode_text_2', change: 'ready' },
    ]);
  });

  test('with late workers only lets work wait until one has joined', async () => {
    const { stage, clock, threads, comeUp } = await started({ workers: 0, late: 1 });
    expect({ threads: threads.length, well: stage.well }).toEqual({ threads: 0, well: true });
    const early = stage.submit('early', SIGNAL, {});
    const improved = stage.improve();
    await clock.turn();
    await comeUp(threads[0]);
    await improved;
    await clock.turn();
    threads[0]?.answer(['hello early']);
    expect(await early).toBe('hello early');
    expect(stage.msPerItem).toBe(0);
  });

  test('with late workers only fails, with what waits, when none starts', async () => {
    const { stage, clock, threads, recorder } = await started({ workers: 0, late: 1 });
    const early = stage.submit('early', SIGNAL, {});
    const failure = expect(early).rejects.toMatchObject({ code: 'worker_failed' });
    const improved = stage.improve();
    await clock.turn();
    threads[0]?.crash('no memory for the only one');
    await improved;
    await failure;
    expect(stage.failed).toBe(true);
    expect(recorder.workers).toEqual([
      { worker: 'encode_text', change: 'given-up', reason: expect.stringContaining('the only one') },
    ]);
  });

  test('that was closed starts no late workers', async () => {
    const { stage, threads } = await started({ late: 1 });
    await stage.close(new Error('closed'));
    await stage.improve();
    expect(threads).toHaveLength(1);
  });

  test('is not well while a worker is silent for far longer than usual, long before it is given up', async () => {
    const { stage, clock } = await started();
    expect(stage.well).toBe(true);
    const lost = stage.submit('zorp', SIGNAL, {});
    const failure = expect(lost).rejects.toMatchObject({ code: 'worker_failed' });
    await clock.turn();
    await clock.pass(4_999);
    expect(stage.well).toBe(true);
    await clock.pass(1);
    expect(stage.well).toBe(false);
    await clock.pass(55_000);
    await failure;
  });

  test('lets slow batches take their time once it knows them', async () => {
    const { stage, clock, threads } = await started();
    void stage.submit('slow', SIGNAL, {});
    await clock.turn();
    await clock.pass(1_000);
    threads[0]?.answer(['hello slow']);
    await clock.turn();
    void stage.submit('slower', SIGNAL, {});
    await clock.turn();
    await clock.pass(19_000);
    expect(stage.well).toBe(true);
    threads[0]?.answer(['hello slower']);
  });

  test('keeps what waits for a lost worker until its replacement is there', async () => {
    const { stage, clock, threads, recorder, comeUp } = await started();
    threads[0]?.crash('out of heap');
    await settle();
    expect(stage.well).toBe(false);
    const waits = stage.submit('zorp', SIGNAL, {});
    await clock.pass(0);
    expect(threads[1]?.calls.map(({ request }) => request)).toEqual([['probe']]);
    await comeUp();
    threads[1]?.answer(['hello zorp']);
    expect(await waits).toBe('hello zorp');
    expect(stage.well).toBe(true);
    expect(recorder.workers.map(({ change }) => change)).toEqual(['ready', 'lost', 'ready']);
  });

  test('whose worker cannot be replaced fails, and rejects what waits and what comes', async () => {
    const { stage, clock, threads, recorder, changes } = await started();
    threads[0]?.crash('no memory');
    await settle();
    const waits = stage.submit('waits', SIGNAL, {});
    const failure = expect(waits).rejects.toMatchObject({ code: 'worker_failed' });
    for (let life = 0; life < 10; life++) {
      await clock.pass(6_000);
      threads.at(-1)?.crash('no memory');
    }
    await failure;
    expect(stage.failed).toBe(true);
    await expect(stage.submit('comes', SIGNAL, {})).rejects.toMatchObject({ code: 'worker_failed' });
    expect(recorder.workers.at(-1)).toEqual({
      worker: 'encode_text',
      change: 'given-up',
      reason: expect.stringContaining('no memory'),
    });
    expect(threads).toHaveLength(8);
    expect(changes()).toBe(9);
  });
});
